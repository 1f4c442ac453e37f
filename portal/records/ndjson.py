"""Files of one resource a line, as bulk exports write them, read a batch of lines at a time."""

import hashlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from portal.records import bundles
from portal.records.bundles import Entry
from portal.records.errors import RecordsError
from portal.records.strict_json import MAX_RESOURCE

SUFFIX = ".ndjson"
LINES = 500


def batches(file: Path) -> Iterator[list[Entry]]:
    """The resources of a file, each with the number of its line as index; a bad line is an entry with its fault."""
    with file.open("rb") as lines:
        entries = _entries(iter(lambda: lines.readline(MAX_RESOURCE + 2), b""))
        while batch := list(islice(entries, LINES)):
            yield batch


def digest_of(file: Path) -> str:
    """SHA-256 of the file, by which ledger entries name it."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _entries(lines: Iterator[bytes]) -> Iterator[Entry]:
    number, torn = 0, False
    for line in lines:
        number += not torn
        whole = line.endswith(b"\n") or len(line) <= MAX_RESOURCE
        if not torn and not whole:
            yield Entry(number, fault=f"is larger than {MAX_RESOURCE // 1024} KiB")
        elif not torn and line.strip():
            yield _entry(line, number)
        torn = not whole or (torn and not line.endswith(b"\n"))


def _entry(line: bytes, number: int) -> Entry:
    try:
        found = bundles.read(line)
    except RecordsError as error:
        return Entry(number, fault=str(error))
    if len(found) != 1 or found[0].index is not None:
        return Entry(number, fault="holds a Bundle; each line holds one resource")
    found[0].index = number
    return found[0]
