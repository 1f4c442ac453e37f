"""The node's own key, from which all others hang: here a file that only the service can read.

The file is one line, `assent-node-key-v1 <id> <base64 of 32 bytes>`. Whoever has it and the database can open
everything; whoever loses it can open nothing. Back it up apart from the database.
"""

import hmac
import os
import secrets
import stat
from collections.abc import Mapping
from pathlib import Path
from uuid import UUID, uuid4

from ledger.encoding import base64_text, parse_base64
from ledger.errors import FormatError, SealError
from ledger.vault.sealing import KEY_BYTES, key_id_of, seal, unseal

_MARK = "assent-node-key-v1"


class NodeKeyProvider:
    """Wraps keys under the node's key. `context` says what a key is for; unwrapping must repeat it."""

    def __init__(self, key: bytes, key_id: UUID) -> None:
        self._key = key
        self.key_id = key_id

    @classmethod
    def open(cls, path: Path) -> "NodeKeyProvider":
        line = _read_private(path)
        fields = line.removesuffix("\n").split(" ")
        if len(fields) != 3 or fields[0] != _MARK:
            raise FormatError(f"{path} is not a node key file.")
        try:
            key_id = UUID(fields[1])
        except ValueError as error:
            raise FormatError(f"{path} names its key by something else than a UUID.") from error
        return cls(parse_base64(fields[2], what="node key", length=KEY_BYTES), key_id)

    @classmethod
    def create(cls, path: Path) -> "NodeKeyProvider":
        """A new key in a new file of mode 0600; never replaces one. Readers never see a half-written file."""
        key_id, key = uuid4(), secrets.token_bytes(KEY_BYTES)
        draft = path.with_name(f".{path.name}.{key_id}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(f"{_MARK} {key_id} {base64_text(key)}\n")
                file.flush()
                os.fsync(file.fileno())
            os.link(draft, path)
        except FileExistsError as error:
            raise SealError(f"{path} exists already: a node key is never replaced.") from error
        finally:
            draft.unlink()
        _keep_folder(path.parent)
        return cls(key, key_id)

    def wrap(self, key: bytes, context: Mapping[str, object]) -> bytes:
        return seal(self._key, self.key_id, key, context)

    def unwrap(self, wrapped: bytes, context: Mapping[str, object]) -> bytes:
        if key_id_of(wrapped) != self.key_id:
            raise SealError("This was wrapped by another node key: give the service the key file of then.")
        return unseal(self._key, wrapped, context)

    def derive(self, label: str) -> bytes:
        """32 bytes for one purpose of the node itself, such as the key that signs its promises."""
        return hmac.digest(self._key, b"assent/node/v1\n" + label.encode(), "sha256")


def _read_private(path: Path) -> str:
    """The file's text, if nobody else on the machine can read or replace it by a link."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        raise SealError(f"The node key {path} cannot be opened: {error.strerror}.") from error
    with os.fdopen(descriptor, encoding="ascii", errors="replace") as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode) or stat.S_IMODE(found.st_mode) & 0o077:
            raise SealError(f"The node key {path} is open to others. Set its mode to 0600.")
        return file.read(1_000)


def _keep_folder(folder: Path) -> None:
    """Make the new name in the folder outlive a crash."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
