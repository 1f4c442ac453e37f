"""Erasing a person from a tenant's log: her keys and her name are destroyed, and every proof stays valid.

The entries stay where they are, and nobody can say any more whose they were or what they said. Three steps, so that the
log knows of it first: the entry `subject.erased` and the rule that nothing is written about her any more commit as the
app; then the erasure generations forget her share, without which no backup of the database opens her keys; then the
database's owner, who alone may, deletes what the apps above keep of her and destroys the keys. Broken off in between,
it is finished by a repetition. What is left of her here says that she was erased, and nothing by which she could be
found in the log: no name, no entry, no time.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic, sleep
from uuid import UUID

from django.conf import settings
from django.db import connection, connections
from django.db.backends.utils import CursorWrapper

from ledger import pseudonyms
from ledger.committed import forget_all
from ledger.errors import ERASED, ErasureWaits, LegalHold, SubjectErased, UnknownEntry
from ledger.holds import Hold, standing_holds
from ledger.registry import Erasing, erasers
from ledger.scope import current_tenant, lock, tenant_scope
from ledger.selectors.rows import query
from ledger.services import append
from ledger.vault import generations
from ledger.vault.erasable import generations_file

TYPE = "subject.erased"
WRITERS_SECONDS = 60.0
STILL_WRITING = (
    "Somebody has been writing to the database for a minute, perhaps about this person. The erasure is begun: nothing"
    " about her is read or written any more, and nothing of hers was destroyed yet. Repeat it to end it."
)
OLDEST_WRITER = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
OWNER = "owner"

BEGUN = "SELECT pseudonym, entry, erased FROM ledger_erasure WHERE tenant_id = %s AND party = %s"
KEY_IDS = "SELECT id FROM ledger_key WHERE tenant_id = %s AND owner = %s"
KEYS = "SELECT use FROM ledger_key WHERE tenant_id = %s AND owner = %s ORDER BY use"
COUNT = "SELECT count FROM ledger_subject WHERE tenant_id = %s AND subject = %s"
BEGIN = "INSERT INTO ledger_erasure (tenant_id, party, pseudonym, entry, time) VALUES (%s, %s, %s, %s, %s)"
# Backups from before a key came under a generation hold it without one. In days, and until when it was so.
BARE = """
SELECT max(COALESCE(bare_until, clock_timestamp()) + make_interval(days => %s)) FROM ledger_key
WHERE tenant_id = %s AND owner = %s AND (generation IS NULL OR bare_until IS NOT NULL)
"""
DESTROY = (
    "DELETE FROM ledger_key WHERE tenant_id = %s AND owner = %s",
    "DELETE FROM ledger_pseudonym WHERE tenant_id = %s AND party = %s",
    # A hold has an entry of the same moment, which names her pseudonym.
    "DELETE FROM ledger_hold WHERE tenant_id = %s AND party = %s AND released IS NOT NULL",
    # All written anew and in no order, for the order of rows is that of the entries which erased them.
    """
    WITH gone AS (
        DELETE FROM ledger_erasure WHERE tenant_id = %s AND (party = %s OR erased) RETURNING tenant_id, party)
    INSERT INTO ledger_erasure (tenant_id, party, erased) SELECT tenant_id, party, true FROM gone ORDER BY random()
    """,
)


@dataclass(frozen=True, slots=True)
class Erasable:
    """What an erasure would destroy. `begun` is the entry of one that was broken off. Of whom is `erased` already
    nothing else is known, the pseudonym neither."""

    party: UUID
    pseudonym: str
    entries: int
    keys: tuple[str, ...]
    holds: tuple[Hold, ...]
    begun: UUID | None = None
    erased: bool = False


@dataclass(frozen=True, slots=True)
class Erased:
    """`complete` is when no backup of the database opens what was hers any more: now; or, of keys that once stood
    in it without a generation (bare), when backups of then have expired, as the node is set."""

    pseudonym: str
    entry: UUID
    keys: int
    complete: datetime


def find_erasable(subject: UUID) -> Erasable:
    """What there is to erase of a person, in the scope of the tenant. Raises UnknownEntry for whom the log ignores."""
    tenant = current_tenant()
    begun = query(BEGUN, [tenant, subject])
    if begun and begun[0][2]:
        return Erasable(party=subject, pseudonym="", entries=0, keys=(), holds=(), erased=True)
    name = begun[0][0] if begun else pseudonyms.find(subject)
    if name is None:
        raise UnknownEntry("The log does not know this person: there is nothing to erase.")
    counted = query(COUNT, [tenant, name])
    return Erasable(
        party=subject,
        pseudonym=name,
        entries=counted[0][0] if counted else 0,
        keys=tuple(use for (use,) in query(KEYS, [tenant, subject])),
        holds=tuple(standing_holds(subject)),
        begun=begun[0][1] if begun else None,
    )


def erase_subject(*, tenant: UUID, subject: UUID, actor: UUID | None = None) -> Erased:
    """Destroy a person's keys and name at this organisation. Cannot be undone; outside any transaction.

    Raises LegalHold, UnknownEntry; then nothing was destroyed. Raises SubjectErased for who was erased before; then
    whatever came back of her with an older copy, of the generations' file too, is gone again. Other processes refuse at
    once whatever concerns her, but may keep her keys in their memory until they are restarted.
    """
    with tenant_scope(tenant):
        # Whoever is making a key for her ends first; whoever comes later sees that she is erased.
        lock("ledger.keyring", tenant, exclusive=True)
        found = find_erasable(subject)
        entry = None if found.erased else found.begun or _begin(tenant, found, actor)
    _let_writers_end()
    generations.erase(generations_file(), tenant, subject)
    with tenant_scope(tenant, using=OWNER), connections[OWNER].cursor() as cursor:
        cursor.execute(BARE, [settings.ASSENT_BACKUP_DAYS, tenant, subject])
        bare_until = cursor.fetchone()[0]
        _destroy(cursor, tenant, subject)
    forget_all()
    if entry is None:
        raise SubjectErased(ERASED)
    now = datetime.now(UTC)
    return Erased(found.pseudonym, entry, len(found.keys), max(now, bare_until or now))


def _let_writers_end() -> None:
    """Wait for whoever wrote an entry about her before the note stood, and may be storing what it tells of.

    Raises ErasureWaits if that takes long.
    """
    with connections[OWNER].cursor() as cursor:
        cursor.execute(
            "SELECT pg_current_xact_id()::text::bigint"
        )  # outside a transaction: over when it is known
        (last,) = cursor.fetchone()
        end = monotonic() + WRITERS_SECONDS
        while True:
            cursor.execute(OLDEST_WRITER)
            if cursor.fetchone()[0] > last:
                return
            if monotonic() > end:
                raise ErasureWaits(STILL_WRITING)
            sleep(0.02)


def _destroy(cursor: CursorWrapper, tenant: UUID, subject: UUID) -> None:
    """What the apps above keep of her first: it is found by her keys. Decisions about her come before it, or after."""
    lock("person", subject, exclusive=True, using=OWNER)
    cursor.execute("SELECT set_config('assent.erasing', %s, true)", [str(subject)])
    cursor.execute(KEY_IDS, [tenant, subject])
    erasing = Erasing(cursor, tenant, subject, [key for (key,) in cursor.fetchall()])
    for eraser in erasers():
        eraser(erasing)
    for statement in DESTROY:
        cursor.execute(statement, [tenant, subject])


def _begin(tenant: UUID, found: Erasable, actor: UUID | None) -> UUID:
    if found.holds:
        codes = ", ".join(hold.code for hold in found.holds)
        raise LegalHold(f"A legal hold stands ({codes}), so nothing was erased. Release it first.")
    bare_until = query(BARE, [settings.ASSENT_BACKUP_DAYS, tenant, found.party])[0][0]
    audit = {
        "keys": len(found.keys),
        "entries": found.entries,
        "backups_until": bare_until and bare_until.isoformat(),
    }
    # Sealed for the organisation: the person's own keys are about to go.
    entry = append(type=TYPE, actor=actor, subject=found.party, audit=audit, owner=tenant).promise.id
    with connection.cursor() as cursor:
        cursor.execute(BEGIN, [tenant, found.party, found.pseudonym, entry, datetime.now(UTC)])
    return entry
