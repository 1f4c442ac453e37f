"""Who may see an entry of a ledger: the person it is about, whoever acted, and the auditors of that organisation."""

from uuid import UUID

from ledger import selectors as ledger
from ledger.errors import UnknownEntry
from portal.accounts import selectors as accounts
from portal.accounts.identity import Caller
from portal.api.errors import MayNotReveal, NotAnAuditor
from portal.records.services import wholly_audited


def readable_entry(caller: Caller, tenant: UUID, entry: UUID) -> ledger.Entry:
    """The entry, in the tenant's scope. Raises UnknownEntry also where it is there and is none of the caller's."""
    found = ledger.entry(entry)
    if _is(caller.user, found.actor) or _is(caller.person, found.subject) or is_auditor(caller, tenant):
        return found
    raise UnknownEntry(
        "This log has no entry with that id that you may see. Check the id and the organisation."
    )


def require_reveal(caller: Caller, tenant: UUID, entry: ledger.Entry) -> None:
    """Whoever holds a receipt that reveals can read all that the entry says: so the person it is about may ask for
    one, and an auditor where nothing of it is closed to auditors. Raises ScopeMissing, MayNotReveal."""
    if _is(caller.person, entry.subject):
        caller.requires("accesses.read")
    elif is_auditor(caller, tenant):
        caller.requires("audit")
        if not wholly_audited(entry):
            raise MayNotReveal(
                "This entry says more than auditors may hand on. Ask for its receipt without reveal."
            )
    else:
        raise MayNotReveal("Only the person whom an entry is about may reveal what it says.")


def is_auditor(caller: Caller, tenant: UUID) -> bool:
    """Whether the caller audits that organisation."""
    return any(
        item.tenant_id == tenant and item.role == "auditor" for item in accounts.memberships(caller.user)
    )


def require_auditor(caller: Caller, tenant: UUID) -> None:
    """Raise NotAnAuditor unless the caller audits that organisation."""
    if not is_auditor(caller, tenant):
        raise NotAnAuditor("Only an auditor of that organisation may search its ledger.")


def _is(party: UUID | None, name: str | None) -> bool:
    return party is not None and name is not None and ledger.known_pseudonym(party) == name
