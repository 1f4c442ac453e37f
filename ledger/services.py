"""The door for writing: open a tenant's log, and append to it inside the caller's transaction."""

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

import psycopg
from django.db import DatabaseError, connections

from ledger import pseudonyms
from ledger.bodies import Clear, seal_body
from ledger.entry import format_time
from ledger.errors import ERASED, AppendRefused, LedgerError, ReadOnlyLog, SubjectErased
from ledger.evidence.export import export_evidence
from ledger.hashing import sha256
from ledger.identity import new_id
from ledger.logs import log_for_append, open_log
from ledger.models import Erasure, Log
from ledger.promise import Promise, SignedPromise
from ledger.registry import register_gate, register_types, register_verifier, require_type
from ledger.scope import current_tenant

__all__ = [
    "append",
    "export_evidence",
    "open_log",
    "promised_before",
    "register_gate",
    "register_types",
    "register_verifier",
]

# The log's row is asked in the same statement, so that a read-only log takes nothing from the next commit on; and so is
# whether the person was erased, whose keys this process may still hold.
INSERT = """
INSERT INTO ledger_submission (tenant_id, id, type, actor, subject, time, digest, body)
SELECT %b, %b, %b, %b, %b, %b, %b, %b FROM ledger_log WHERE tenant_id = %b AND NOT read_only
  AND NOT EXISTS (SELECT FROM ledger_erasure WHERE tenant_id = %b AND party = %b)
"""


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
    require_type(type)
    tenant = current_tenant()
    log, now = log_for_append(tenant), datetime.now(UTC)
    name = pseudonyms.name_of(actor, tenant=tenant)
    about = None if subject is None else pseudonyms.name_of(subject, tenant=tenant)
    clear = Clear(tenant, new_id(), type, name, about)
    dated = {"time": format_time(now), **audit}
    body = seal_body(clear, owner=owner or subject or tenant, year=now.year, audit=dated, inputs=inputs)
    promise = Promise(log.origin, clear.id, sha256(body), now)
    _insert(clear, promise, body, subject)
    return SignedPromise(promise, log.promises)


def promised_before(id: UUID, *, digest: bytes, time: datetime) -> SignedPromise:  # noqa: A002 - the field's own name
    """The promise of an entry of the tenant in scope that was appended before, by what it says."""
    log = log_for_append(current_tenant())
    return SignedPromise(Promise(log.origin, id, digest, time), log.promises)


def _insert(clear: Clear, promise: Promise, body: bytes, subject: UUID | None) -> None:
    values = [*clear, promise.time, promise.digest, body, clear.tenant, clear.tenant, subject]
    database = connections["default"]
    try:
        # Not Django's cursor, which writes the values into the text: this one is planned once a connection.
        with database.wrap_database_errors, psycopg.Cursor(database.connection) as cursor:
            taken = cursor.execute(INSERT, values, prepare=True).rowcount == 1
    except DatabaseError as error:
        raise AppendRefused("The ledger did not take the entry, so nothing was done. Try again.") from error
    if not taken:
        raise _refusal(clear.tenant, subject)


def _refusal(tenant: UUID, subject: UUID | None) -> LedgerError:
    if subject and Erasure.objects.filter(tenant_id=tenant, party=subject).exists():
        return SubjectErased(ERASED)
    if Log.objects.filter(tenant_id=tenant).exists():
        return ReadOnlyLog("The ledger is read-only since its alarm, so nothing may happen to these records.")
    return AppendRefused("This organisation has no ledger, so nothing may happen to its records.")
