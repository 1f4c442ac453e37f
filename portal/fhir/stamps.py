"""What the server says of a resource in its `meta`: its version and when that was stored (FHIR R4, 3.1.0.8).

It is put into the bytes as they were stored, which are left as they are otherwise: read and written again, 1.50 would
become 1.5.
"""

import json
from datetime import datetime

from portal.records.strict_json import Reader


def stamped(content: bytes, *, version: int, updated: datetime) -> bytes:
    """The resource with `meta.versionId` and `meta.lastUpdated`."""
    stored = updated.isoformat(timespec="milliseconds")
    if b'"meta"' in content and (found := _own_meta(text := content.decode())):
        start, end, meta = found
        said = {**meta, "versionId": str(version), "lastUpdated": stored}
        return f"{text[:start]}{_json(said)}{text[end:]}".encode()
    ours = f'{{"meta":{{"versionId":"{version:d}","lastUpdated":"{stored}"}},'
    return content.replace(b"{", ours.encode(), 1)


def _own_meta(text: str) -> tuple[int, int, dict[str, object]] | None:
    """Where the resource's own meta stands, which is not that of one that it contains."""
    reader = Reader(text.encode())
    for name in reader.members():
        start = reader.skip()
        value, _ = reader.value()
        if name == "meta" and isinstance(value, dict):
            return start, reader.at, value
    return None


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
