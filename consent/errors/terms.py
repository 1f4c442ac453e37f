"""What no contract can say."""

from consent.errors.root import ConsentError


class TermsError(ConsentError):
    """Terms that no contract can have."""

    code = "terms-malformed"
    status = 422


class UnknownCategory(TermsError):
    """A category of data that the vocabulary does not have."""

    code = "unknown-category"


class UnknownPurpose(TermsError):
    """A purpose of use that is not one of HL7 v3 PurposeOfUse that we serve."""

    code = "unknown-purpose"


class UnknownAction(TermsError):
    """An action that a contract cannot allow."""

    code = "unknown-action"


class UnknownSensitivity(TermsError):
    """A sensitivity label that the vocabulary does not have."""

    code = "unknown-sensitivity"


class UnknownEvent(TermsError):
    """An event that no contract can wait for."""

    code = "unknown-event"


class UnknownResourceType(TermsError):
    """A type of records, or a reference to one, that FHIR R4 does not have."""

    code = "unknown-resource-type"


class ContradictoryTerms(TermsError):
    """Parts of a contract of which one takes back what another says, or that mean nothing together."""

    code = "terms-contradictory"


class UnknownTemplate(TermsError):
    """A template that there is not."""

    code = "unknown-template"
    status = 404


class UnknownGranteeKind(TermsError):
    """A grantee of a kind that no contract can be with."""

    code = "unknown-grantee-kind"


class EmptyTerms(TermsError):
    """A list that must name something and names nothing."""

    code = "empty-list"


class PeriodError(TermsError):
    """A contract that would end before it begins, or is over before it is made."""

    code = "period-invalid"


class WrongCustodian(TermsError):
    """Terms that name another organisation than the one whose scope is open."""

    code = "wrong-custodian"
