"""Who has seen, or tried to see, a person's record, and who wrote in it, from the ledger."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from consent import selectors as consent
from ledger import selectors as ledger
from ledger.entry import parse_time
from ledger.errors import UnknownEntry
from ledger.scope import party_scope, tenant_scope
from ledger.selectors import Entry
from portal.accounts import selectors as accounts
from portal.accounts.identity import Caller
from portal.records.errors import NotYourRecord

WRITE_TYPES = ("record.created", "record.updated", "record.deleted")
REFUSED_TYPES = ("access.denied", "access.repeated")  # the second: how often the same came again
ACCESS_TYPES = ("access.permitted", *REFUSED_TYPES, "access.emergency", "access.failed", *WRITE_TYPES)
MOST_UNDER = 200  # accesses that are looked through for one emergency session


@dataclass(frozen=True)
class Access:
    """One line of the history. Names are those of then, as the entry holds them."""

    entry: UUID
    index: int | None
    subject_index: int | None
    state: str  # pending, sequenced, checkpointed
    type: str
    time: datetime  # of the event
    actor: UUID | None
    name: str
    title: str
    organisation: UUID | None
    organisation_name: str
    role: str
    interaction: str  # read, search, chart, find; emergency for the opening of a session
    action: str
    purpose: str
    categories: list[str]
    resources: list[Mapping[str, Any]]  # each {type, id, version, category, hash}
    decision: str  # permitted, denied, failed
    layer: str
    code: str
    contract: UUID | None
    sentence: str
    readable: bool
    client: str = ""  # session, token:..., app:..., share:...

    @property
    def by_share_code(self) -> bool:
        """Whether somebody without an account looked, whom the person had let in."""
        return self.client.startswith("share:")

    @property
    def by_program(self) -> bool:
        """Whether a program asked, in the name of the actor: one with a token of theirs, or an application."""
        return self.client.startswith(("token:", "app:"))


def who_has_seen(
    *,
    caller: Caller,
    tenant: UUID,
    person: UUID | None = None,
    before: int | None = None,
    limit: int = 50,
    types: Collection[str] = ACCESS_TYPES,
) -> list[Access]:
    """The accesses to one's own record at one organisation, newest first; `before` a subject_index.

    For the person herself, and for whom she made her guardian by contract there. Raises NotYourRecord.
    """
    subject = person or caller.person
    with tenant_scope(tenant):
        if subject is None or not may_know(caller, subject):
            raise NotYourRecord("The history of a record is for the person herself, and for her guardian.")
        found = ledger.subject_entries(subject=subject, types=types, before=before, limit=limit)
    return accesses_of(found)


def who_has_seen_mine(
    *, caller: Caller, before: Mapping[UUID, int | None], limit: int, types: Collection[str] = ACCESS_TYPES
) -> dict[UUID, list[Access]]:
    """The same at each of these organisations, in one statement; `before` which subject_index, None for the newest.

    Whom an entry names by id only is left so, for a caller that looks up all names at once. Raises NotYourRecord.
    """
    if caller.person is None:
        raise NotYourRecord("The history of a record is for the person herself, and for her guardian.")
    with party_scope(caller.person):
        found = ledger.subject_entries_each(subject=caller.person, before=before, types=types, limit=limit)
    return {tenant: [access_of(entry) for entry in entries] for tenant, entries in found.items()}


def own_entry(entry: UUID, *, person: UUID) -> Entry:
    """The entry, if it is about this person; in the tenant's scope. Raises UnknownEntry."""
    found = ledger.entry(entry)
    if found.subject is None or found.subject != ledger.known_pseudonym(person):
        raise UnknownEntry("There is no line of yours with that id here. Look at your history.")
    return found


def accesses_of(entries: Iterable[Entry]) -> list[Access]:
    """As `access_of`, with the names of those whom an entry names by id only."""
    found = [access_of(entry) for entry in entries]
    people = {access.actor for access in found if access.actor and not access.name}
    places = {access.organisation for access in found if access.organisation and not access.organisation_name}
    names = accounts.names_of(people, places) if people or places else {}
    return [_named(access, names) for access in found]


def access_of(entry: Entry) -> Access:
    """An access entry in words that pages and APIs share."""
    audit = entry.audit
    by = audit.get("who") or {"id": audit.get("clinician")}
    organisation = audit.get("organisation") or {}
    if isinstance(organisation, str):  # the opening of an emergency session names ids only
        organisation = {"id": organisation}
    opening = "session" in audit
    return Access(
        entry=entry.id,
        index=entry.index,
        subject_index=entry.subject_index,
        state=entry.state,
        type=entry.type,
        time=parse_time(audit["time"]) if "time" in audit else entry.time,
        actor=_uuid(by.get("id")),
        name=by.get("name", ""),
        title=by.get("title", ""),
        organisation=_uuid(organisation.get("id")),
        organisation_name=organisation.get("name", ""),
        role=audit.get("role") or ("clinician" if opening else ""),
        interaction=audit.get("interaction", "emergency" if opening else ""),
        action=audit.get("action", ""),
        purpose=audit.get("purpose", "BTG" if opening else ""),
        categories=audit.get("categories", []),
        resources=audit.get("resources", []),
        decision="failed" if entry.type == "access.failed" else audit.get("decision", "permitted"),
        layer=audit.get("layer", "emergency" if opening else ""),
        code=audit.get("code") or audit.get("reason_code", ""),
        contract=_uuid(audit.get("contract")),
        sentence=audit.get("sentence")
        or (f"Broke the glass: {audit['reason']}" if "reason" in audit else ""),
        readable=entry.readable,
        client=str(audit.get("client", "")),
    )


def opened_under(session: Any) -> list[Access]:
    """What a clinician opened of a record while an emergency session ran, the first thing first. In the tenant's scope.

    `session` as `consent.selectors` returns it.
    """
    found = ledger.subject_entries(subject=session.person, types=["access.emergency"], limit=MOST_UNDER)
    accesses = [access_of(entry) for entry in found if "session" not in entry.audit]
    end = session.ended_at or session.ends
    return [
        access
        for access in reversed(accesses)
        if access.actor == session.actor and session.starts <= access.time <= end
    ]


def _named(access: Access, names: Mapping[UUID, str]) -> Access:
    name = access.name or (names.get(access.actor, "") if access.actor else "")
    place = access.organisation_name or (names.get(access.organisation, "") if access.organisation else "")
    return replace(access, name=name, organisation_name=place)


def may_know(caller: Caller, subject: UUID) -> bool:
    """Whether the history of this person's record is the caller's to know, in the tenant's scope."""
    if caller.person == subject:
        return True
    return any(contract.person == subject for contract in consent.contracts_for_grantee(caller.user, None))


def _uuid(text: str | None) -> UUID | None:
    return UUID(text) if text else None
