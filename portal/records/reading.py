"""Reading one record, or one of its versions."""

from dataclasses import dataclass
from uuid import UUID

from consent.facts import Decision
from ledger.promise import SignedPromise
from ledger.scope import tenant_scope
from portal.accounts.identity import Caller
from portal.records import storage
from portal.records.access import all_or_none, ask, circumstances, decide, deciding, enter
from portal.records.errors import RecordDeleted, UnknownRecord, UnsupportedType
from portal.records.kinds import KINDS
from portal.records.links import with_former_links, with_links
from portal.records.opening import Record, open_directory, release_all
from portal.records.scoping import require_scope
from portal.records.sealed import Stored
from portal.records.strangers import denial
from portal.records.versions import facts_of_version


@dataclass(frozen=True)
class Read:
    """A record that was opened. Without decision and promise it is from the directory, which nobody is asked about."""

    record: Record
    decision: Decision | None = None
    promise: SignedPromise | None = None


def read(
    *,
    caller: Caller,
    tenant: UUID,
    type: str,  # noqa: A002 - the field's own name
    id: str,  # noqa: A002 - the field's own name
    purpose: str | None = None,
    version: int | None = None,
) -> Read:
    """One record of `tenant`, as contracts allow. `purpose`: by default what the caller's role is for.

    Raises Denied after the denial is in the ledger; UnknownRecord, which a stranger gets for that, too; RecordDeleted,
    UnsupportedType, UnknownPurpose; RecordTampered, which is in the ledger too.
    """
    if type not in KINDS:
        raise UnsupportedType(f"This node does not keep resources of the type {type[:40]!r}.")
    if KINDS[type].directory:
        return _read_directory(caller, tenant, type, id, version)
    with deciding(tenant):
        row, deleted = _row(type, id, version)
        current = row if version is None else _row(type, id, None)[0]
        assert row.header.person is not None  # noqa: S101 - a constraint of the table
        asked = ask(caller, tenant, row.header.person, purpose=purpose, interaction="read")
        under = circumstances(asked)
        plain = facts_of_version(row.header, current.header)
        facts = with_links(asked.person, plain, under.told)
        if row.header.version != current.header.version:
            facts += with_former_links(asked.person, plain, under.told)
        decisions = all_or_none(decide(asked, facts, under))
        entered = enter(asked, decisions, [row], categories={one.category for one in facts})
        denied = denial(asked, entered, _unknown(type))
    if denied:
        raise denied
    if deleted:
        raise RecordDeleted("This record was deleted. Its earlier versions can be read.")
    (record,) = release_all(asked, [row], entered.promise)
    return Read(record, entered.decision, entered.promise)


def _read_directory(caller: Caller, tenant: UUID, type_name: str, key: str, version: int | None) -> Read:
    require_scope(caller, type_name, "read")
    with tenant_scope(tenant):
        row, deleted = _row(type_name, key, version)
    if deleted:
        raise RecordDeleted("This entry of the directory was deleted.")
    return Read(open_directory(caller, tenant, [row])[0])


def _row(type_name: str, key: str, version: int | None) -> tuple[Stored, bool]:
    row = storage.read(type_name, key, version)
    if row is None:
        raise _unknown(type_name)
    return row


def _unknown(type_name: str) -> UnknownRecord:
    return UnknownRecord(f"There is no {type_name} with that id and version at this organisation.")
