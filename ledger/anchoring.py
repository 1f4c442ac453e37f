"""Having checkpoints dated: the newest one of each log, by every authority that the node names."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit
from uuid import UUID

from cryptography import x509
from django.conf import settings
from django.db import connection

from ledger.audit.finding import Finding
from ledger.checkpoint import read_checkpoint
from ledger.errors import FormatError, LedgerError, OutboundRefused, ProofError
from ledger.outbound import call
from ledger.scope import tenant_scope
from ledger.selectors.rows import query
from ledger.timestamp import ask, check_timestamp, parse_roots, read_time

logger = logging.getLogger(__name__)

MAX_ANSWER_BYTES = 64 * 1024
HEADERS = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}

NEWEST = "SELECT size, note FROM ledger_checkpoint WHERE tenant_id = %s ORDER BY size DESC LIMIT 1"
DATED = "SELECT authority FROM ledger_timestamp WHERE tenant_id = %s AND size = %s"
KEEP = """
INSERT INTO ledger_timestamp (tenant_id, size, authority, answer, time) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (tenant_id, size, authority) DO NOTHING
"""
STORED = """
SELECT t.size, t.authority, t.answer, t.time, c.note FROM ledger_timestamp t
LEFT JOIN ledger_checkpoint c USING (tenant_id, size) WHERE t.tenant_id = %s ORDER BY t.size
"""


@dataclass(frozen=True, slots=True)
class Anchored:
    """One authority's answer about the newest checkpoint; `error` is a sentence if there is none."""

    size: int
    authority: str
    time: datetime | None = None
    error: str = ""


def anchor_log(tenant: UUID) -> list[Anchored]:
    """Have the newest checkpoint dated by each authority that has not yet. Outside any transaction.

    One that fails does not stop the others, and is asked again at the next call.
    """
    with tenant_scope(tenant):
        rows = query(NEWEST, [tenant])
        size, note = rows[0] if rows else (0, b"")
        dated = {authority for (authority,) in query(DATED, [tenant, size])}
    urls = {urlsplit(url).hostname or url: url for url in settings.ASSENT_TIMESTAMP_AUTHORITIES}
    return [
        _anchor(tenant, size, bytes(note), *each) for each in urls.items() if size and each[0] not in dated
    ]


def trusted_roots() -> list[x509.Certificate]:
    """Those of the authorities that this node names. Raises FormatError, OSError."""
    path = settings.ASSENT_TIMESTAMP_ROOTS
    return parse_roots(path.read_bytes()) if path else []


def check_stored(tenant: UUID) -> Iterator[Finding]:
    """For `verify_ledger`: each stored timestamp is about the checkpoint beside which it stands, and holds."""
    roots = trusted_roots()
    for size, authority, answer, time, note in query(STORED, [tenant]):
        try:
            text = read_checkpoint(bytes(note or b"")).text().encode()
            said = check_timestamp(bytes(answer), text, roots) if roots else read_time(bytes(answer), text)
        except (FormatError, ProofError) as error:
            yield Finding("timestamp-broken", f"That of {authority} for {size} entries: {error}", size - 1)
            continue
        if said != time:
            yield Finding("timestamp-broken", f"Beside that of {authority} stands another time.", size - 1)


def _anchor(tenant: UUID, size: int, note: bytes, authority: str, url: str) -> Anchored:
    text = read_checkpoint(note).text().encode()
    try:
        answer, time = _dated(url, text)
    except (LedgerError, OSError) as error:
        logger.warning("no timestamp of %s entries from %s: %s", size, authority, error)
        return Anchored(size, authority, error=str(error))
    with tenant_scope(tenant), connection.cursor() as cursor:
        cursor.execute(KEEP, [tenant, size, authority, answer, time])
    return Anchored(size, authority, time.astimezone(UTC))


def _dated(url: str, text: bytes) -> tuple[bytes, datetime]:
    asked = ask(text)
    answer = call(url, method="POST", body=asked.request, headers=HEADERS, largest=MAX_ANSWER_BYTES)
    if answer.status != 200:
        raise OutboundRefused(f"The authority answered with status {answer.status}.")
    return answer.content, check_timestamp(answer.content, text, trusted_roots(), nonce=asked.nonce)
