"""The question: who asks for whose records, as what, and what for."""

from dataclasses import dataclass
from uuid import UUID

from consent import vocabulary
from consent.errors import UnknownPurpose
from portal.accounts.identity import Caller

# What a role may say it is for; the first is meant when nothing is said. BTG and ETREAT count only while an
# emergency session is open.
PURPOSES = {
    "patient": ("PATRQT",),
    "guardian": ("PATRQT",),
    "clinician": ("TREAT", "HPAYMT", "HOPERAT", "HRESCH", "ETREAT", "BTG"),
    "administrator": ("HOPERAT", "HPAYMT"),
    "privacy_officer": ("HOPERAT",),
    "auditor": ("HOPERAT",),
    # What an application may say is bound to it; where that leaves several, it has to say which.
    "application": ("PATRQT", "TREAT", "HPAYMT", "HOPERAT", "HRESCH"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One question for one person's records: who asks, how, and what for."""

    caller: Caller
    tenant: UUID
    person: UUID
    role: str
    purpose: str
    interaction: str  # read, search, chart, find, preview; create, update, delete, transaction
    action: str = "read"

    @property
    def is_self(self) -> bool:
        return self.caller.person == self.person


def ask(
    caller: Caller, tenant: UUID, person: UUID, *, purpose: str | None, interaction: str, action: str = "read"
) -> Asked:
    """The question as it is decided and kept. Raises UnknownPurpose.

    One's own record is asked for as the patient, whatever else one is; without a membership somebody asks as guardian.
    """
    role = "patient" if caller.person == person else caller.role or "guardian"
    stated = vocabulary.purpose(purpose) if purpose else _meant(caller, role)
    return Asked(caller, tenant, person, role, stated, interaction, action)


def _meant(caller: Caller, role: str) -> str:
    """The purpose of whoever names none. Raises UnknownPurpose."""
    allowed = caller.purposes or PURPOSES[role]
    if role == "application" and len(allowed) > 1:
        words = ", ".join(allowed)
        raise UnknownPurpose(f"This application acts for several purposes. Say which: {words}.")
    return allowed[0]
