"""The node's own keys, from which all others hang: a file that only the service can read.

One line a key, the one in force first; those below it opened what was wrapped before a rotation:

    assent-node-key-v1 <id> <base64 of 32 bytes>
    assent-node-key-v2 <id> <service> <base64 of what the service made of the 32 bytes>

With a key service (vault/key_services.py: Vault transit, AWS KMS) the file tells nobody anything who may not ask that
service, which is asked once a process. Whoever has the keys and the database can open everything; whoever loses them
can open nothing. Back the file up apart from the database.
"""

import hmac
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple
from uuid import UUID, uuid4

from ledger.encoding import base64_text, parse_base64
from ledger.errors import FormatError, SealError
from ledger.vault.key_services import KeyService, service_named
from ledger.vault.private_file import read_private, replace, write_new
from ledger.vault.sealing import KEY_BYTES, key_id_of, seal, unseal

MAX_BYTES = 1_000_000
_PLAIN, _SERVED = "assent-node-key-v1", "assent-node-key-v2"


class NodeKey(NamedTuple):
    id: UUID
    key: bytes


class NodeKeyProvider:
    """Wraps keys under the node's key. `context` says what a key is for; unwrapping must repeat it.

    Of several keys the first wraps, and each unwraps what it wrapped.
    """

    def __init__(self, keys: Sequence[NodeKey]) -> None:
        self._keys = {each.id: each.key for each in keys}
        if not keys or len(self._keys) != len(keys):
            raise FormatError("A node key file holds at least one key, and none twice.")
        self.key_id = keys[0].id
        self._first = keys[-1].key

    @classmethod
    def open(cls, path: Path) -> "NodeKeyProvider":
        return cls(_read(path))

    @classmethod
    def create(cls, path: Path, service: KeyService | None = None) -> "NodeKeyProvider":
        """A new key in a new file of mode 0600; never replaces one. Readers never see a half-written file."""
        keys = [NodeKey(uuid4(), secrets.token_bytes(KEY_BYTES))]
        try:
            write_new(path, _text(keys, service))
        except FileExistsError as error:
            raise SealError(f"{path} exists already: a node key is never replaced.") from error
        return cls(keys)

    @classmethod
    def add(cls, path: Path, service: KeyService | None = None) -> "NodeKeyProvider":
        """A further key, which wraps from now on; the others stay below it. All are kept as `service` wants it."""
        keys = [NodeKey(uuid4(), secrets.token_bytes(KEY_BYTES)), *_read(path)]
        replace(path, _text(keys, service))
        return cls(keys)

    def wrap(self, key: bytes, context: Mapping[str, object]) -> bytes:
        return seal(self._keys[self.key_id], self.key_id, key, context)

    def unwrap(self, wrapped: bytes, context: Mapping[str, object]) -> bytes:
        if not self.knows(wrapped):
            raise SealError("This was wrapped by another node key: give the service the key file of then.")
        return unseal(self._keys[key_id_of(wrapped)], wrapped, context)

    def knows(self, wrapped: bytes) -> bool:
        return key_id_of(wrapped) in self._keys

    def derive(self, label: str) -> bytes:
        """32 bytes for one purpose of the node itself. Of the first key ever, so that no rotation changes them."""
        return hmac.digest(self._first, b"assent/node/v1\n" + label.encode(), "sha256")


def _read(path: Path) -> list[NodeKey]:
    lines = read_private(path, what="node key", largest=MAX_BYTES).split("\n")
    if lines.pop() != "" or not lines:
        raise FormatError(f"{path} is not a node key file.")
    return [_parse(path, line.split(" ")) for line in lines]


def _parse(path: Path, fields: Sequence[str]) -> NodeKey:
    try:
        match fields:
            case ["assent-node-key-v1", key_id, key]:
                return NodeKey(UUID(key_id), parse_base64(key, what="node key", length=KEY_BYTES))
            case ["assent-node-key-v2", key_id, service, wrapped]:
                opened = service_named(service).decrypt(parse_base64(wrapped, what="node key"), UUID(key_id))
                if len(opened) == KEY_BYTES:
                    return NodeKey(UUID(key_id), opened)
    except ValueError as error:
        raise FormatError(f"{path} names a key by something else than a UUID.") from error
    raise FormatError(f"{path} is not a node key file.")


def _text(keys: Sequence[NodeKey], service: KeyService | None) -> str:
    return "".join(_line(each, service) for each in keys)


def _line(each: NodeKey, service: KeyService | None) -> str:
    if service is None:
        return f"{_PLAIN} {each.id} {base64_text(each.key)}\n"
    return f"{_SERVED} {each.id} {service.name} {base64_text(service.encrypt(each.key, each.id))}\n"
