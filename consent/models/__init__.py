"""Contracts, requests for them, emergency sessions, restrictions by law and base policies, as rows of one tenant.

People and organisations are opaque ids here. What a row must never be is refused by the database itself: by these
constraints, and by the triggers and row-level security of the migrations.
"""

from consent.models.contracts import CONSENT, Contract, State, Use
from consent.models.emergencies import EmergencySession
from consent.models.epochs import Epoch
from consent.models.hashes import SHA256_HEX
from consent.models.policies import BasePolicy, EmergencyRule
from consent.models.requests import Answer, ContractRequest
from consent.models.restrictions import Restriction
from consent.models.share_codes import ShareCode, ShareState
from consent.models.signing import SignatureRule, SigningChallenge

__all__ = [
    "CONSENT",
    "SHA256_HEX",
    "Answer",
    "BasePolicy",
    "Contract",
    "ContractRequest",
    "EmergencyRule",
    "EmergencySession",
    "Epoch",
    "Restriction",
    "ShareCode",
    "ShareState",
    "SignatureRule",
    "SigningChallenge",
    "State",
    "Use",
]
