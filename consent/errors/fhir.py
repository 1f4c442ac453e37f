"""FHIR Consents that are not taken or cannot be written."""

from consent.errors.root import ConsentError


class ConsentNotRead(ConsentError):
    """A FHIR Consent that is not taken, because it would not be enforced as it stands."""

    code = "fhir-consent-refused"
    status = 422


class ConsentMalformed(ConsentNotRead):
    """A Consent that is not FHIR R4, or lacks what decides."""

    code = "fhir-consent-malformed"


class ConsentCodeUnknown(ConsentNotRead):
    """A code that no policy can be made of."""

    code = "fhir-consent-code-unknown"


class ConsentElementUnsupported(ConsentNotRead):
    """An element that no policy can express."""

    code = "fhir-consent-unsupported"


class NotExpressible(ConsentError):
    """A contract of ours, some part of which no FHIR Consent can say."""

    code = "fhir-consent-inexpressible"
    status = 422
