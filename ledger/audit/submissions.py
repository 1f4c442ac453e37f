"""What was acknowledged and is not an entry yet: it must become one soon, unchanged."""

from datetime import UTC, datetime, timedelta

from ledger.audit.erasures import Erasures
from ledger.audit.finding import Finding
from ledger.audit.snapshot import Snapshot
from ledger.bodies import Clear, check_seals
from ledger.errors import LedgerError, ProofError, UnknownKey
from ledger.hashing import sha256
from ledger.note import parse_vkey
from ledger.promise import open_promise

PATIENCE = timedelta(seconds=60)
"""A promise that is older must have been kept."""

WAITING = """
SELECT id, type, actor, subject, time, digest, body, conflict FROM ledger_submission
WHERE tenant_id = %s ORDER BY seq
"""
KEPT = "SELECT digest FROM ledger_sequenced WHERE tenant_id = %s AND submission_id = %s"
ACCEPTED = "SELECT digest FROM ledger_submission WHERE tenant_id = %s AND id = %s AND NOT conflict"


def check_submissions(snapshot: Snapshot, oldest: datetime | None) -> Finding | None:
    """The first submission that is stale, in conflict with an entry, or not as it was accepted.

    `oldest`: from when one may be and still wait; None if none is stale, as in a log that stands still.
    """
    erasures = Erasures(snapshot.tenant)
    for submission, kind, actor, subject, time, digest, body, conflict in snapshot.stream(WAITING):
        if conflict:
            sentence = f"Submission {submission} has the id of an entry, and another body."
            return Finding("submission-conflict", sentence)
        try:
            check_seals(Clear(snapshot.tenant, submission, kind, actor, subject), body)
        except UnknownKey:
            if not erasures.excuse(kind, subject, time):
                sentence = f"The key that opens submission {submission} is not in the vault."
                return Finding("key-missing", sentence)
        except LedgerError:
            return Finding("submission-changed", f"Submission {submission} does not open as it was accepted.")
        if sha256(body) != digest:
            return Finding("submission-changed", f"Submission {submission} has another body.")
        if oldest and time.astimezone(UTC) < oldest:
            waited = int((oldest + PATIENCE - time).total_seconds())
            return Finding("submission-stale", f"Submission {submission} has waited for {waited} s.")
    return None


def check_promise(snapshot: Snapshot, header: str, promise_vkey: str, now: datetime) -> Finding | None:
    """Whether the node kept a promise that it signed. Raises FormatError on what is no promise."""
    try:
        promise = open_promise(header, [parse_vkey(promise_vkey)])
    except ProofError as error:
        return Finding("promise-forged", str(error))
    rows = snapshot.rows(KEPT, promise.id)
    waiting = snapshot.rows(ACCEPTED, promise.id)
    found = rows or waiting
    if found and bytes(found[0][0]) != promise.digest:
        return Finding("promise-broken", f"Submission {promise.id} stands in the log with another content.")
    if not found or (not rows and now - promise.time > PATIENCE):
        sentence = f"Submission {promise.id} was promised at {promise.time:%Y-%m-%d %H:%M:%S} UTC"
        return Finding("promise-unmet", f"{sentence} and does not stand in the log.")
    return None
