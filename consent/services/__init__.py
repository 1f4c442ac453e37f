"""What the floors above may do with consent, in the custodian's tenant scope unless a call says otherwise."""

from consent.services.adoption import adopt_fhir_consent
from consent.services.analysis import Change, Onlooker, Sight, what_changes, who_could_see, who_could_see_each
from consent.services.base_policy import set_base_policy
from consent.services.contracts import grant, revoke
from consent.services.cosigning import cosign, decline_cosignature
from consent.services.decisions import circumstances, circumstances_at, decide
from consent.services.emergencies import end_emergency, open_emergency, review_emergency
from consent.services.emergency_rule import set_emergency_rule
from consent.services.expiry import expire_due
from consent.services.replaying import Progress, Replayed, replay
from consent.services.reports import report_back, reports_owed, reports_to
from consent.services.requests import decline_request, request_access
from consent.services.restrictions import (
    ask_review,
    lift_restriction,
    place_restriction,
    review_restriction,
)
from consent.services.share_codes import (
    Knock,
    Viewing,
    admit,
    end_share,
    knock,
    offer_share,
    share_of,
    shares_of,
    state_of,
    viewer_name,
    viewing,
)
from consent.services.signature_rules import kinds_taken, kinds_taken_at, set_signature_rule
from consent.services.signing import challenge, propose, sign
from consent.services.suspension import resume, suspend
from consent.services.uses import count_uses

__all__ = [
    "Change",
    "Knock",
    "Onlooker",
    "Progress",
    "Replayed",
    "Sight",
    "Viewing",
    "admit",
    "adopt_fhir_consent",
    "ask_review",
    "challenge",
    "circumstances",
    "circumstances_at",
    "cosign",
    "count_uses",
    "decide",
    "decline_cosignature",
    "decline_request",
    "end_emergency",
    "end_share",
    "expire_due",
    "grant",
    "kinds_taken",
    "kinds_taken_at",
    "knock",
    "lift_restriction",
    "offer_share",
    "open_emergency",
    "place_restriction",
    "propose",
    "replay",
    "report_back",
    "reports_owed",
    "reports_to",
    "request_access",
    "resume",
    "review_emergency",
    "review_restriction",
    "revoke",
    "set_base_policy",
    "set_emergency_rule",
    "set_signature_rule",
    "share_of",
    "shares_of",
    "sign",
    "state_of",
    "suspend",
    "viewer_name",
    "viewing",
    "what_changes",
    "who_could_see",
    "who_could_see_each",
]
