"""Searchset bundles around the bytes as they were stored: read and written again, 1.50 would become 1.5."""

import json
from collections.abc import Sequence


def searchset(
    entries: Sequence[tuple[str, bytes]], *, links: Sequence[tuple[str, str]], outcome: str = ""
) -> bytes:
    """A Bundle of (full URL, resource). No `total`: it would tell of what is withheld."""
    parts = [_match(url, resource) for url, resource in entries]
    if outcome:
        warning = {"severity": "warning", "code": "not-supported", "details": {"text": outcome}}
        document = {"resourceType": "OperationOutcome", "issue": [warning]}
        parts.append(b'{"resource":' + _json(document) + b',"search":{"mode":"outcome"}}')
    shown = _json([{"relation": relation, "url": url} for relation, url in links])
    head = b'{"resourceType":"Bundle","type":"searchset","link":' + shown
    # FHIR has no empty arrays.
    return head + (b',"entry":[' + b",".join(parts) + b"]" if parts else b"") + b"}"


def _match(url: str, resource: bytes) -> bytes:
    return b'{"fullUrl":' + _json(url) + b',"resource":' + resource.strip() + b',"search":{"mode":"match"}}'


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
