"""The door for writing: open a tenant's log, and append to it inside the caller's transaction."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from django.db import DatabaseError, connections

from ledger import pseudonyms
from ledger.back_pressure import ask_again, longest_wait
from ledger.bodies import Clear, seal_body
from ledger.entry import format_time
from ledger.errors import (
    ERASED,
    OVERDUE,
    AppendRefused,
    LedgerError,
    LogOverdue,
    ReadOnlyLog,
    ScopeError,
    SubjectErased,
)
from ledger.evidence.export import export_evidence
from ledger.hashing import sha256
from ledger.identity import new_id
from ledger.logs import OpenLog, log_for_append, open_log
from ledger.models import Erasure, Log
from ledger.promise import Promise, SignedPromise
from ledger.registry import register_eraser, register_gate, register_types, register_verifier, require_type
from ledger.scope import current_tenant, lone_party, tenant_scope

__all__ = [
    "Draft",
    "append",
    "append_each",
    "export_evidence",
    "open_log",
    "promised_before",
    "register_eraser",
    "register_gate",
    "register_types",
    "register_verifier",
]

# The log's row is asked in the same statement, so that a read-only log takes nothing from the next commit on; and so is
# whether the person was erased, whose keys this process may still hold, and whether what waits is sequenced at all.
INSERT = """
INSERT INTO ledger_submission (tenant_id, id, type, actor, subject, time, digest, body)
SELECT %b, %b, %b, %b, %b, %b, %b, %b FROM ledger_log WHERE tenant_id = %b AND NOT read_only
  AND NOT EXISTS (SELECT FROM ledger_erasure WHERE tenant_id = %b AND party = %b)
  AND ledger_waits_longer(%b, %b) IS NOT TRUE
"""

INSERT_EACH = "SELECT ledger_append_each(%b, %b, %b, %b, %b, %b, %b, %b, %b, %b)"


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry that is to be appended, by the names that `append` gives its parts."""

    tenant: UUID
    type: str
    actor: UUID | None
    subject: UUID | None
    audit: Mapping[str, object]
    inputs: Mapping[str, object] | None = None


class _New(NamedTuple):
    """An entry as it is inserted, and the log that promises it."""

    clear: Clear
    promise: Promise
    body: bytes
    subject: UUID | None
    log: OpenLog

    @property
    def row(self) -> tuple[object, ...]:
        return (*self.clear, self.promise.time, self.promise.digest, self.body)


def append(
    *,
    type: str,  # noqa: A002 - the field's own name
    actor: UUID | None,
    subject: UUID | None,
    audit: Mapping[str, object],
    inputs: Mapping[str, object] | None = None,
    owner: UUID | None = None,
) -> SignedPromise:
    """Write an entry that stands if, and only if, the caller's transaction commits.

    `actor` None is the system; `subject` is the person whose record it concerns, None if it concerns none.
    `audit` may be opened by auditors, `inputs` by a replay only. No lock is taken and nothing waits: the
    sequencer gives the index. `owner`: under whose keys the body is sealed, if not the subject's. Raises SubjectErased
    about a person who was erased here, or AppendRefused, and then what the entry records must not happen.
    """
    new = _sealed(Draft(current_tenant(), type, actor, subject, audit, inputs), owner)
    _insert(new)
    return SignedPromise(new.promise, new.log.promises)


def append_each(drafts: Sequence[Draft]) -> list[SignedPromise]:
    """As `append`, one entry in the log of each of several tenants, by one statement, in the scope of a party.

    All stand, or none does. Callers give them in the order of their tenants' ids, so that no two wait for each other.
    """
    if lone_party() is None:
        raise ScopeError("Entries for several organisations are written in the scope of a party. None was.")
    new = [_sealed(draft) for draft in drafts]
    if new:
        _insert_each(new)
    return [SignedPromise(each.promise, each.log.promises) for each in new]


def _sealed(draft: Draft, owner: UUID | None = None) -> _New:
    """What is inserted for an entry. What was not known yet of its tenant is asked or made in the tenant's scope."""
    require_type(draft.type)
    tenant, subject = draft.tenant, draft.subject
    log, now = log_for_append(tenant), datetime.now(UTC)
    name = pseudonyms.name_of(draft.actor, tenant=tenant)
    about = None if subject is None else pseudonyms.name_of(subject, tenant=tenant)
    clear = Clear(tenant, new_id(), draft.type, name, about)
    dated = {"time": format_time(now), **draft.audit}
    body = seal_body(clear, owner=owner or subject or tenant, year=now.year, audit=dated, inputs=draft.inputs)
    return _New(clear, Promise(log.origin, clear.id, sha256(body), now), body, subject, log)


def promised_before(id: UUID, *, digest: bytes, time: datetime) -> SignedPromise:  # noqa: A002 - the field's own name
    """The promise of an entry of the tenant in scope that was appended before, by what it says."""
    log = log_for_append(current_tenant())
    return SignedPromise(Promise(log.origin, id, digest, time), log.promises)


def _insert(new: _New) -> None:
    tenant = new.clear.tenant
    values = [*new.row, tenant, tenant, new.subject, tenant, longest_wait(tenant, new.clear.type)]
    with _writing() as cursor:
        taken = cursor.execute(INSERT, values, prepare=True).rowcount == 1
    if not taken:
        raise _refusal(tenant, new.subject)


def _insert_each(new: Sequence[_New]) -> None:
    columns = [list(column) for column in zip(*((*each.row, each.subject) for each in new), strict=True)]
    waits = [longest_wait(each.clear.tenant, each.clear.type) for each in new]
    values = [*columns, next(filter(None, waits), None)]
    with _writing() as cursor:
        (refused,) = cursor.execute(INSERT_EACH, values, prepare=True).fetchall()[0]
    if refused is not None:
        with tenant_scope(refused):
            raise _refusal(refused, next(each.subject for each in new if each.clear.tenant == refused))


@contextmanager
def _writing() -> Iterator[psycopg.Cursor[Any]]:
    """Not Django's cursor, which writes the values into the text: this one is planned once a connection."""
    database = connections["default"]
    try:
        with database.wrap_database_errors, psycopg.Cursor(database.connection) as cursor:
            yield cursor
    except DatabaseError as error:
        raise AppendRefused("The ledger did not take the entry, so nothing was done. Try again.") from error


def _refusal(tenant: UUID, subject: UUID | None) -> LedgerError:
    ask_again(tenant)
    if subject and Erasure.objects.filter(tenant_id=tenant, party=subject).exists():
        return SubjectErased(ERASED)
    log = Log.objects.filter(tenant_id=tenant).first()
    if log is None:
        return AppendRefused("This organisation has no ledger, so nothing may happen to its records.")
    if log.read_only:
        return ReadOnlyLog("The ledger is read-only since its alarm, so nothing may happen to these records.")
    return LogOverdue(OVERDUE)
