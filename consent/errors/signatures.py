"""Signatures that are not taken."""

from consent.errors.root import ConsentError


class SignatureRefused(ConsentError):
    """A signature of a kind that we do not know, or not by the one who grants."""

    code = "signature-refused"
    status = 422


class SignatureTooWeak(SignatureRefused):
    """A kind of signature that this organisation does not take."""

    code = "signature-too-weak"
    status = 403


class SignatureOverAnother(SignatureRefused):
    """A passkey's signature that is not over this contract."""

    code = "signature-over-another"


class SignatureReplayed(SignatureRefused):
    """A signature whose challenge was used already, or was never given for this contract."""

    code = "signature-replayed"
    status = 409


class SignatureExpired(SignatureRefused):
    """A signature that came after the time for it was over."""

    code = "signature-expired"
    status = 409


class SignatureForeign(SignatureRefused):
    """A signature by a passkey that is not the signer's."""

    code = "signature-foreign"
    status = 403
