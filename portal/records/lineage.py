"""The versions of a record, or of all records of one type and patient: what they were, when, and which are no more.

Each version is decided as a read of it is: by what it was labelled, and by what its record is labelled now. What is
not permitted is neither in the page nor counted.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from consent.facts import Decision
from ledger.promise import SignedPromise
from ledger.scope import current_tenant, tenant_scope
from portal.accounts import selectors
from portal.accounts.errors import UnknownPerson
from portal.accounts.identity import Caller
from portal.records import storage
from portal.records.access import Entered, ask, circumstances, decide, deciding, enter, group_facts
from portal.records.errors import InvalidSearch, UnknownRecord, UnsupportedType
from portal.records.kinds import KINDS
from portal.records.opening import Record, open_directory, release_all
from portal.records.primitives import ID
from portal.records.scoping import require_scope
from portal.records.sealed import Stored
from portal.records.storage import Condition
from portal.records.strangers import denial
from portal.records.versions import FROM, versions

PAGE, LONGEST_PAGE = 50, 200
_VERSIONS = f"""
SELECT v.person, v.type, v.fhir_id, v.version, v.category, v.labels, v.date, v.until, v.author, v.sealed,
  v.content_hash, v.created, v.deleted {FROM}
"""
_ORDER = "ORDER BY v.created DESC, v.fhir_id DESC, v.version DESC LIMIT %s"


@dataclass(frozen=True)
class Lineage:
    """One page of versions, newest first. Where one has no content, the record was deleted by it."""

    versions: list[Record]
    cursor: str | None = None
    decision: Decision | None = None
    promise: SignedPromise | None = None


class _Place(NamedTuple):
    created: datetime
    id: str
    version: int


@dataclass(frozen=True)
class _Wanted:
    """Whose versions, of which type, and which page of them."""

    type: str
    whose: str  # a condition over r
    value: object | None
    since: datetime | None
    after: _Place | None
    count: int

    @property
    def condition(self) -> Condition:
        values = [] if self.value is None else [self.value]
        return Condition(
            f"r.tenant_id = %s AND r.type = %s AND {self.whose}", [current_tenant(), self.type, *values]
        )


def lineage(
    *,
    caller: Caller,
    tenant: UUID,
    type: str,  # noqa: A002 - the field's own name
    id: str = "",  # noqa: A002 - the field's own name
    patient: str = "",
    purpose: str | None = None,
    since: datetime | None = None,
    cursor: str = "",
    count: int = PAGE,
) -> Lineage:
    """The versions of one record (`id`), of all of a type about one `patient`, or of the directory's of a type.

    `since`: those stored from then on. Raises Denied after the denial is in the ledger; UnknownRecord, UnknownPerson,
    UnsupportedType, InvalidSearch, RecordTampered.
    """
    if type not in KINDS:
        raise UnsupportedType(f"This node does not keep resources of the type {type[:40]!r}.")
    after = _place(cursor) if cursor else None
    limit = min(max(count, 1), LONGEST_PAGE)
    if KINDS[type].directory:
        return _of_directory(caller, tenant, _Wanted(type, *_where(id, None), since, after, limit))
    if not id and not patient:
        raise InvalidSearch(f"Say whose {type} records: patient=<id of the Patient>.", expression="patient")
    with deciding(tenant):
        person = _person(type, id, patient)
        wanted = _Wanted(type, *_where(id, person), since, after, limit)
        entered, rows = _decide(caller, tenant, person, purpose, wanted)
        unknown = _unknown(type) if id else UnknownPerson(selectors.NOT_REGISTERED)
        denied = denial(_asked(caller, tenant, person, purpose), entered, unknown)
    if denied:
        raise denied
    records = release_all(_asked(caller, tenant, person, purpose), rows[:limit], entered.promise)
    return Lineage(records, _next(rows, limit), entered.decision, entered.promise)


def _asked(caller: Caller, tenant: UUID, person: UUID, purpose: str | None) -> Any:
    return ask(caller, tenant, person, purpose=purpose, interaction="history")


def _decide(
    caller: Caller, tenant: UUID, person: UUID, purpose: str | None, wanted: _Wanted
) -> tuple[Entered, list[Stored]]:
    asked = _asked(caller, tenant, person, purpose)
    under = circumstances(asked)
    there = versions(person, wanted.condition, under.told)
    always = (
        set()
        if wanted.whose == "r.fhir_id = %s"
        else {group_facts(wanted.type, category) for category in KINDS[wanted.type].categories}
    )
    facts = there.facts | always
    decisions = decide(asked, facts, under)
    rows = _rows(wanted, [there.permitted(decisions)])
    return enter(asked, decisions, rows[: wanted.count], categories={one.category for one in facts}), rows


def _rows(wanted: _Wanted, conditions: Sequence[Condition]) -> list[Stored]:
    """A page and one more, of what fits these conditions too."""
    those = [wanted.condition, *conditions]
    if wanted.since:
        those.append(Condition("v.created >= %s", [wanted.since]))
    if wanted.after:
        those.append(Condition("(v.created, v.fhir_id, v.version) < (%s, %s, %s)", wanted.after))
    where, values = (
        " AND ".join(one.sql for one in those),
        [value for one in those for value in one.parameters],
    )
    tenant = current_tenant()
    rows = storage.fetch(f"{_VERSIONS} WHERE {where} {_ORDER}", [*values, wanted.count + 1])
    return [storage.stored(row, tenant) for row in rows]


def _of_directory(caller: Caller, tenant: UUID, wanted: _Wanted) -> Lineage:
    require_scope(caller, wanted.type, "history")
    with tenant_scope(tenant):
        rows = _rows(wanted, ())
    if not rows and wanted.value and not (wanted.after or wanted.since):
        raise _unknown(wanted.type)
    return Lineage(open_directory(caller, tenant, rows[: wanted.count]), _next(rows, wanted.count))


def _where(key: str, person: UUID | None) -> tuple[str, object | None]:
    if key:
        return "r.fhir_id = %s", key
    return ("r.person = %s", person) if person else ("r.person IS NULL", None)


def _person(kind: str, key: str, patient: str) -> UUID:
    if not key:
        return selectors.person_registered(patient=patient)
    found = storage.read(kind, key)
    if found is None or found[0].header.person is None:
        raise _unknown(kind)
    return found[0].header.person


def _unknown(kind: str) -> UnknownRecord:
    return UnknownRecord(f"There is no {kind} with that id at this organisation.")


def _next(rows: Sequence[Stored], count: int) -> str | None:
    if len(rows) <= count:
        return None
    last = rows[count - 1]
    written = json.dumps([last.created.isoformat(), last.header.id, last.header.version])
    return base64.urlsafe_b64encode(written.encode()).decode().rstrip("=")


def _place(cursor: str) -> _Place:
    try:
        created, key, version = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not ID.match(key) or not isinstance(version, int):
            raise ValueError("not a place")  # noqa: TRY301 - one answer to all that is wrong
        return _Place(datetime.fromisoformat(created), key, version)
    except (ValueError, TypeError, binascii.Error):
        message = "This cursor is not one that was given. Follow the link of the page before."
        raise InvalidSearch(message, expression="_cursor") from None
