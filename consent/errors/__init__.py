"""Every way in which the consent floor refuses, as one small tree.

Each error carries a stable `code`, the HTTP `status` that a face should answer with, and a sentence that says
what happened and what to do. A sentence may repeat a word of the caller's own request, never one of a record.
"""

from consent.errors.code import CasesMalformed, CodeRefused, UnknownBasePolicy
from consent.errors.contracts import (
    BeyondMajority,
    ClockBehind,
    ContractEnded,
    ContractNotWaiting,
    DelegationExceeded,
    UnknownContract,
)
from consent.errors.emergencies import (
    EmergencyClosed,
    EmergencyQuotaReached,
    EmergencyRefused,
    EmergencyRuleMalformed,
    ReasonNeeded,
    RefusalsStand,
    ReviewRefused,
    StrongAuthenticationNeeded,
    UnknownEmergency,
)
from consent.errors.fhir import (
    ConsentCodeUnknown,
    ConsentElementUnsupported,
    ConsentMalformed,
    ConsentNotRead,
    NotExpressible,
)
from consent.errors.requests import RequestClosed, RequestMalformed, UnknownRequest
from consent.errors.restrictions import (
    NotReviewable,
    RestrictionClosed,
    RestrictionMalformed,
    UnknownRestriction,
)
from consent.errors.root import ConsentError
from consent.errors.share_codes import ShareCodeRefused, UnknownShare
from consent.errors.signatures import (
    SignatureExpired,
    SignatureForeign,
    SignatureOverAnother,
    SignatureRefused,
    SignatureReplayed,
    SignatureTooWeak,
)
from consent.errors.terms import (
    ContradictoryTerms,
    EmptyTerms,
    PeriodError,
    TermsError,
    UnknownAction,
    UnknownCategory,
    UnknownEvent,
    UnknownGranteeKind,
    UnknownPurpose,
    UnknownResourceType,
    UnknownSensitivity,
    UnknownTemplate,
    WrongCustodian,
)

__all__ = [
    "BeyondMajority",
    "CasesMalformed",
    "ClockBehind",
    "CodeRefused",
    "ConsentCodeUnknown",
    "ConsentElementUnsupported",
    "ConsentError",
    "ConsentMalformed",
    "ConsentNotRead",
    "ContractEnded",
    "ContractNotWaiting",
    "ContradictoryTerms",
    "DelegationExceeded",
    "EmergencyClosed",
    "EmergencyQuotaReached",
    "EmergencyRefused",
    "EmergencyRuleMalformed",
    "EmptyTerms",
    "NotExpressible",
    "NotReviewable",
    "PeriodError",
    "ReasonNeeded",
    "RefusalsStand",
    "RequestClosed",
    "RequestMalformed",
    "RestrictionClosed",
    "RestrictionMalformed",
    "ReviewRefused",
    "ShareCodeRefused",
    "SignatureExpired",
    "SignatureForeign",
    "SignatureOverAnother",
    "SignatureRefused",
    "SignatureReplayed",
    "SignatureTooWeak",
    "StrongAuthenticationNeeded",
    "TermsError",
    "UnknownAction",
    "UnknownBasePolicy",
    "UnknownCategory",
    "UnknownContract",
    "UnknownEmergency",
    "UnknownEvent",
    "UnknownGranteeKind",
    "UnknownPurpose",
    "UnknownRequest",
    "UnknownResourceType",
    "UnknownRestriction",
    "UnknownSensitivity",
    "UnknownShare",
    "UnknownTemplate",
    "WrongCustodian",
]
