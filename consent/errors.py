"""Every way in which the consent floor refuses, as one small tree.

Each error carries a stable `code`, the HTTP `status` that a face should answer with, and a sentence that says
what happened and what to do. A sentence may repeat a word of the caller's own request, never one of a record.
"""


class ConsentError(Exception):
    """The root of the tree; `str(error)` is the sentence."""

    code = "consent-error"
    status = 500


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


class UnknownContract(ConsentError):
    """No contract of that id among those that the caller may touch."""

    code = "unknown-contract"
    status = 404


class ContractEnded(ConsentError):
    """The contract is revoked, expired or replaced already."""

    code = "contract-ended"
    status = 409


class ContractNotWaiting(ConsentError):
    """A step that the contract does not take from where it stands: it is active, suspended, or waits for another."""

    code = "contract-not-waiting"
    status = 409


class DelegationExceeded(ConsentError):
    """A guardian acts beyond what the delegation says."""

    code = "delegation-exceeded"
    status = 403


class BeyondMajority(PeriodError):
    """A guardian's delegation that would outlast the day on which the patient comes of age."""

    code = "beyond-majority"


class ClockBehind(ConsentError):
    """The database's clock stands before the last change of what is in force: it went back."""

    code = "clock-behind"
    status = 503


class UnknownRequest(ConsentError):
    """No request for access of that id among those that the caller may touch."""

    code = "unknown-request"
    status = 404


class RequestClosed(ConsentError):
    """The request was approved or declined already."""

    code = "request-closed"
    status = 409


class RequestMalformed(ConsentError):
    """A request for access that cannot be shown to a patient as it is."""

    code = "request-malformed"
    status = 422


class EmergencyRefused(ConsentError):
    """Emergency access asked for by someone who may not have it."""

    code = "emergency-refused"
    status = 403


class StrongAuthenticationNeeded(EmergencyRefused):
    """The log-in was not strong enough for what was asked."""

    code = "strong-authentication-needed"


class EmergencyQuotaReached(EmergencyRefused):
    """A clinician broke the glass as often as the organisation allows."""

    code = "emergency-quota-reached"


class EmergencyRuleMalformed(ConsentError):
    """An emergency rule that no organisation can have."""

    code = "emergency-rule-malformed"
    status = 422


class ReasonNeeded(ConsentError):
    """Emergency access without a reason that a reviewer can judge."""

    code = "reason-needed"
    status = 422


class ShareCodeRefused(ConsentError):
    """A share code with which nothing can be seen: wrong, used, over, or not with that birth date."""

    code = "share-code-refused"
    status = 403


class UnknownShare(ConsentError):
    """No share code of that id among those that the caller may touch, or one that is past that step."""

    code = "unknown-share"
    status = 404


class UnknownEmergency(ConsentError):
    """No emergency session of that id among those that the caller may touch."""

    code = "unknown-emergency"
    status = 404


class EmergencyClosed(ConsentError):
    """The emergency session is over, or its review is closed already."""

    code = "emergency-closed"
    status = 409


class ReviewRefused(ConsentError):
    """A review that may not be made: by the one reviewed, or of access that still runs."""

    code = "review-refused"
    status = 403


class UnknownBasePolicy(ConsentError):
    """A base policy that the node does not have."""

    code = "unknown-base-policy"
    status = 422


class CodeRefused(ConsentError):
    """Policy text that does not validate, or stored code that is not what its hash says. Nothing is decided by it."""

    code = "contract-code-refused"
    status = 500


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


class CasesMalformed(ConsentError):
    """A file of decision cases that cannot be run."""

    code = "cases-malformed"
    status = 422
