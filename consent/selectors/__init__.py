"""What the floors above may look up about consent.

In a tenant's scope these see that tenant's rows; in a party's scope (`ledger.scope.party_scope`) the rows of that
person, clinician or organisation at every tenant.
"""

from consent.selectors.contracts import (
    Shared,
    Viewer,
    as_fhir,
    contract,
    contracts_for_grantee,
    contracts_of_person,
    people_shared_with,
    shadowing,
    terms_of,
    under_notice,
    viewers,
    who_can_see,
)
from consent.selectors.cosigning import awaiting_cosigner, contract_to_cosign, first_to_cosign
from consent.selectors.delegations import (
    contract_by_delegate,
    delegations_here,
    delegations_to,
    granted_by_delegate,
)
from consent.selectors.emergencies import (
    emergencies_to_review,
    emergency_session,
    emergency_sessions,
    open_emergencies,
    reason_of,
)
from consent.selectors.policies import base_policy, emergency_rule
from consent.selectors.requests import message_of, request, requests_by, requests_of_person

__all__ = [
    "Shared",
    "Viewer",
    "as_fhir",
    "awaiting_cosigner",
    "base_policy",
    "contract",
    "contract_by_delegate",
    "contract_to_cosign",
    "contracts_for_grantee",
    "contracts_of_person",
    "delegations_here",
    "delegations_to",
    "emergencies_to_review",
    "emergency_rule",
    "emergency_session",
    "emergency_sessions",
    "first_to_cosign",
    "granted_by_delegate",
    "message_of",
    "open_emergencies",
    "people_shared_with",
    "reason_of",
    "request",
    "requests_by",
    "requests_of_person",
    "shadowing",
    "terms_of",
    "under_notice",
    "viewers",
    "who_can_see",
]
