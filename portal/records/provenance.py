"""Where records come from: each write and import as a FHIR Provenance, for those who may read its targets."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from ledger import selectors as ledger
from ledger.scope import current_tenant
from ledger.selectors import Entry
from portal.accounts.identity import Caller
from portal.records import storage
from portal.records.access import ask, circumstances, decide, deciding, enter
from portal.records.candidates import candidates
from portal.records.errors import Denied, UnknownRecord
from portal.records.opening import Record
from portal.records.reading import Read
from portal.records.scoping import require_scope
from portal.records.sealed import Stored
from portal.records.strangers import denial

ACTIVITY = "http://terminology.hl7.org/CodeSystem/v3-DataOperation"
_ACTIVITIES = {"record.updated": "UPDATE", "record.deleted": "DELETE"}
AGENT = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"
Target = tuple[str, str, int]  # type, id, version

OF_ENTRY = (
    "SELECT type, fhir_id, version, person, created FROM records_version WHERE tenant_id = %s AND entry = %s"
)
ENTRIES_OF = """
SELECT v.entry, v.type, v.fhir_id, v.version
FROM unnest(%s::text[], %s::text[], %s::int4[]) AS w(type, fhir_id, version) JOIN records_version v
  ON v.tenant_id = %s AND v.type = w.type AND v.fhir_id = w.fhir_id AND v.version = w.version
"""


def read_provenance(*, caller: Caller, tenant: UUID, entry: UUID, purpose: str | None = None) -> Read:
    """Who stored what by one entry: of its targets those that may be read. Raises Denied, UnknownRecord."""
    with deciding(tenant):
        rows = _query(OF_ENTRY, [tenant, entry])
        if not rows:
            raise _unknown()
        person, stored = rows[0][3], rows[0][4]
        targets = [(kind, key, version) for kind, key, version, *_ in rows]
        if person is None:
            require_scope(caller, targets[0][0], "read")
            return Read(_record(ledger.entry(entry), targets, stored))
        asked = ask(caller, tenant, person, purpose=purpose, interaction="read")
        under = circumstances(asked)
        kinds = sorted({kind for kind, _, _ in targets})
        places = storage.among([(kind, key) for kind, key, _ in targets])
        there = candidates(person, kinds, [places], under.told)
        if not there.facts:
            raise UnknownRecord("What this Provenance was about is no more.")
        decisions = decide(asked, there.facts, under)
        permitted = there.permitted(decisions)
        seen = storage.behind(person, permitted.groups, [places, *permitted.conditions], limit=len(targets))
        open_places = {(row.header.type, row.header.id) for _, row in seen}
        entered = enter(asked, decisions, [], categories={one.category for one in there.facts})
        told = [target for target in targets if target[:2] in open_places]
        found = _record(ledger.entry(entry), told, stored) if told else None
        denied = denial(asked, entered, _unknown())
    if denied:
        raise denied
    if found is None:
        raise Denied(entered.decision, entered.promise)
    return Read(found, entered.decision, entered.promise)


def _unknown() -> UnknownRecord:
    return UnknownRecord("There is no Provenance with that id at this organisation.")


def provenance_of(rows: Sequence[Stored]) -> list[Record]:
    """Of these records, which an entry shows already, where their versions come from; in the tenant's scope."""
    if not rows:
        return []
    wanted = [(row.header.type, row.header.id, row.header.version) for row in rows]
    columns = [list(column) for column in zip(*wanted, strict=True)]
    by_entry: dict[UUID, list[Target]] = {}
    for entry, *target in _query(ENTRIES_OF, [*columns, current_tenant()]):
        by_entry.setdefault(entry, []).append(tuple(target))
    created = {(row.header.type, row.header.id, row.header.version): row.created for row in rows}
    return [
        _record(entry, sorted(by_entry[entry.id]), created[by_entry[entry.id][0]])
        for entry in ledger.entries(by_entry)
    ]


def _record(entry: Entry, targets: Collection[Target], stored: datetime) -> Record:
    content = json.dumps(_resource(entry, targets, stored)).encode()
    return Record("Provenance", str(entry.id), 1, stored, "", (), None, content)


def _resource(entry: Entry, targets: Collection[Target], stored: datetime) -> dict[str, Any]:
    audit: Mapping[str, Any] = entry.audit
    imported = entry.type == "record.imported"
    shown = {
        "resourceType": "Provenance",
        "id": str(entry.id),
        "target": [
            {"reference": f"{kind}/{key}/_history/{version}"} for kind, key, version in sorted(targets)
        ],
        "recorded": stored.isoformat(timespec="milliseconds"),
        "activity": {"coding": [{"system": ACTIVITY, "code": _ACTIVITIES.get(entry.type, "CREATE")}]},
        "agent": [_agent(audit, "assembler" if imported else "author")],
    }
    if imported and audit.get("source"):
        source = {"identifier": {"system": "urn:assent:sha-256", "value": audit["source"]}}
        shown["entity"] = [{"role": "source", "what": source}]
    return shown


def _agent(audit: Mapping[str, Any], role: str) -> dict[str, Any]:
    """Who wrote, as it was then; an import by command is the organisation's own."""
    who, place = audit.get("who") or {}, audit.get("organisation")
    named: dict[str, Any] = {"display": who.get("name") or "The organisation that keeps the record"}
    if who.get("id"):
        named["identifier"] = {"system": "urn:assent:account", "value": who["id"]}
    agent = {"type": {"coding": [{"system": AGENT, "code": role}]}, "who": named}
    if isinstance(place, Mapping) and place.get("name"):
        agent["onBehalfOf"] = {"display": place["name"]}
    return agent


def _query(statement: str, values: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
