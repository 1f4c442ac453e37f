"""Searchset bundles around the bytes as they were stored: read and written again, 1.50 would become 1.5."""

import json
from collections.abc import Sequence

Entries = Sequence[tuple[str, bytes]]  # (full URL, resource)


def searchset(
    found: Entries,
    *,
    links: Sequence[tuple[str, str]],
    included: Entries = (),
    total: int | None = None,
    outcome: str = "",
) -> bytes:
    """A Bundle of what was found and what came along. `total` counts what may be seen; else it would tell of what is
    withheld."""
    parts = [_entry(url, resource, b"match") for url, resource in found]
    parts += [_entry(url, resource, b"include") for url, resource in included]
    if outcome:
        warning = {"severity": "warning", "code": "not-supported", "details": {"text": outcome}}
        document = {"resourceType": "OperationOutcome", "issue": [warning]}
        parts.append(b'{"resource":' + _json(document) + b',"search":{"mode":"outcome"}}')
    shown = _json([{"relation": relation, "url": url} for relation, url in links])
    counted = b"" if total is None else b',"total":%d' % total
    head = b'{"resourceType":"Bundle","type":"searchset"' + counted + b',"link":' + shown
    # FHIR has no empty arrays.
    return head + (b',"entry":[' + b",".join(parts) + b"]" if parts else b"") + b"}"


def _entry(url: str, resource: bytes, mode: bytes) -> bytes:
    shown = b'{"fullUrl":' + _json(url) + b',"resource":' + resource.strip()
    return shown + b',"search":{"mode":"' + mode + b'"}}'


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
