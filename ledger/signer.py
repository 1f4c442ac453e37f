"""The signer: publishes a checkpoint of each log that grew, and refuses to sign a tree that lost its past.

Before a checkpoint is published it is kept outside the database (signed.py). Before a larger one is signed,
the stored tree must still contain both the one kept there and the newest one published, so that a lost or
outdated folder does not let a second root be signed: a shorter or different tree is never signed, the log
becomes read-only and the alarm is raised.
"""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from django.conf import settings

from ledger import sequencer_sql as sql
from ledger.batch import Tail
from ledger.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from ledger.cosignature import MlDsaSigner
from ledger.errors import FormatError, ProofError, TreeBroken
from ledger.note import Verifier
from ledger.sequencer import Session, alarmed, lock_log, query, read_tail
from ledger.signed import Signed, SignedCheckpoints
from ledger.signing_keys import INSERT, NOTE_FIRST_SIZE, LogKeys, read_keys, values_of
from ledger.stored_tiles import StoredTree
from ledger.tree import root_at

logger = logging.getLogger(__name__)

FAILED = "signing-failed"


def check_all(session: Session) -> None:
    """At start: compare every log with what was last signed of it. Raises the alarm where they differ."""
    for (tenant,) in session.execute(sql.WRITABLE_LOGS).fetchall():
        _guarded(session, tenant)


def sign_grown(session: Session, *, patient: bool = False) -> int:
    """Sign and publish a checkpoint of each log that grew since its last one. Returns how many."""
    grown = session.execute(sql.GROWN_LOGS).fetchall()
    return sum(_guarded(session, tenant, patient=patient) for (tenant,) in grown)


def sign_log(session: Session, tenant: UUID, *, patient: bool = False) -> bool:
    """Publish a checkpoint if the log grew. Raises TreeBroken if the tree contradicts the last one."""
    with session.pipeline(), session.transaction():
        if not lock_log(session, tenant, patient=patient):
            return False
        origin, alarm, tail = read_tail(session, tenant)
        keys = read_keys(session, tenant)
        memory, known = SignedCheckpoints(settings.ASSENT_SIGNER_DIR), keys.verifiers
        kept, published = memory.last(keys.identity, known), _published(session, tenant, known)
        _require_growth(session, tenant, tail, [signed for signed in (kept, published) if signed])
        if published and (kept is None or kept.checkpoint.size < published.checkpoint.size):
            logger.warning(
                "the signer's folder lacked the newest checkpoint of a log; taken from the database"
            )
            memory.keep(keys.identity, published.note, known)
        if tail.size == (published.checkpoint.size if published else 0):
            return False
        root = tail.frontier.root()
        if kept and kept.checkpoint.size == tail.size:
            note = kept.note  # signed, but the commit that was to publish it failed
        else:
            note = _sign(session, keys, Checkpoint(origin, tail.size, root))
            memory.keep(keys.identity, note, known)
        session.execute(NOTE_FIRST_SIZE, {"size": tail.size, "tenant": tenant})
        session.execute(sql.PUBLISH, [tenant, tail.size, root, note, datetime.now(UTC)])
        if alarm == FAILED:
            session.execute(sql.CLEAR_ALARM, [tenant, alarm])
    return True


def _sign(session: Session, keys: LogKeys, checkpoint: Checkpoint) -> bytes:
    """By every key whose turn it is. A log that was opened before ML-DSA-44 was signed with gets its key here."""
    tenant = keys.tenant
    if not keys.has_post_quantum:
        session.execute(INSERT, values_of(tenant, MlDsaSigner.generate(checkpoint.origin)))
        keys = read_keys(session, tenant)
    signing = keys.signing(checkpoint.size, datetime.now(UTC))
    return sign_checkpoint(checkpoint, [keys.signer(row) for row in signing])


def _published(session: Session, tenant: UUID, known: Sequence[Verifier]) -> Signed | None:
    """The newest checkpoint in the database, by its note alone. Raises TreeBroken if the log's keys did not sign it."""
    row = session.execute(sql.LAST_CHECKPOINT, [tenant]).fetchone()
    if row is None:
        return None
    size, root, note = row
    try:
        checkpoint = open_checkpoint(bytes(note), known)
    except (FormatError, ProofError) as error:
        raise TreeBroken(
            "The newest checkpoint in the database is not one that this log's key signed."
        ) from error
    if (checkpoint.size, checkpoint.root) != (size, bytes(root)):
        raise TreeBroken("The newest checkpoint in the database stands beside another size or root.")
    return Signed(checkpoint, bytes(note))


def _require_growth(session: Session, tenant: UUID, tail: Tail, known: Sequence[Signed]) -> None:
    """Raise TreeBroken unless the tree that is stored contains all these."""
    checkpoints = [each.checkpoint for each in known]
    for signed in checkpoints:
        if tail.size < signed.size:
            raise TreeBroken(f"A tree of {signed.size} entries was signed; {tail.size} are left.")
    sizes = [signed.size for signed in checkpoints]
    tree = StoredTree(query(session), tenant, tail.size)
    *roots, root = tree.at_once(lambda reader: [root_at(size, reader) for size in (*sizes, tail.size)])
    for signed, found in zip(checkpoints, roots, strict=True):
        if found != signed.root:
            raise TreeBroken(f"The tree at {signed.size} entries is not the one that was signed.")
    if root != tail.frontier.root():
        raise TreeBroken("The stored tiles are not those of the tree that is to be signed.")


def _guarded(session: Session, tenant: UUID, *, patient: bool = False) -> bool:
    signed = False
    with alarmed(session, tenant, FAILED):
        signed = sign_log(session, tenant, patient=patient)
    return signed  # noqa: RET504 - an alarm leaves it False
