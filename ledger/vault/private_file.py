"""Files with keys: read only if nobody else on the machine can, and never seen half-written."""

import glob
import os
import stat
from pathlib import Path
from uuid import uuid4

from ledger.errors import FormatError, SealError

_ANY_UUID = "-".join("?" * count for count in (8, 4, 4, 4, 12))


def read_private(path: Path, *, what: str, largest: int) -> str:
    """The file's text, if nobody else on the machine can read or replace it by a link. `largest` in bytes."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        raise SealError(f"The {what} {path} cannot be opened: {error.strerror}.") from error
    with os.fdopen(descriptor, encoding="ascii", errors="replace") as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode) or stat.S_IMODE(found.st_mode) & 0o077:
            raise SealError(f"The {what} {path} is open to others. Set its mode to 0600.")
        if found.st_size > largest:
            raise FormatError(f"The {what} {path} has more than {largest:,} bytes.")
        return file.read(largest)


def write_new(path: Path, text: str) -> None:
    """Raises FileExistsError, and leaves what is there, where something is."""
    draft = _draft(path, text)
    try:
        os.link(draft, path)
    finally:
        draft.unlink()
    _keep_folder(path.parent)


def replace(path: Path, text: str) -> None:
    """Once this returns, what stood there before is not in the folder any more, even after a crash."""
    _draft(path, text).replace(path)
    _keep_folder(path.parent)


def forget_drafts(path: Path) -> None:
    """Remove what was written for this file and, broken off, never stood there. Only while nobody else writes it."""
    found = [
        draft for draft in path.parent.glob(f".{glob.escape(path.name)}.{_ANY_UUID}") if not draft.is_dir()
    ]
    for draft in found:
        draft.unlink(missing_ok=True)
    if found:
        _keep_folder(path.parent)


def _draft(path: Path, text: str) -> Path:
    draft = path.with_name(f".{path.name}.{uuid4()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return draft


def _keep_folder(folder: Path) -> None:
    """Make the new name in the folder outlive a crash."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
