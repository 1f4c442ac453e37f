"""Erasure generations: what the keys of owners are wrapped under beside the tenant's key, and no database backup holds.

A generation is a key that can forget the share of one owner for ever (vault/puncture.py). It stands in one file outside
the database; erasing somebody rewrites the file without her share, and from then on no copy of the database opens her
keys, whatever its age, while everybody else's open as before. The file's form, one line:

    assent-erasure-v1 <base64 of the state>
    assent-erasure-v2 <service> <base64 of a key as the service keeps it> <base64 of the state, sealed under that key>

State: JSON {"generations": [{"id", "made", "retired", "nodes"}]}, the one in force first. An owner's share is forgotten
in all of them. A copy of the file from before an erasure undoes it: keep copies of its newest state only.
"""

import fcntl
import json
import os
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from uuid import UUID, uuid4

from ledger.encoding import base64_text, parse_base64
from ledger.errors import FormatError, SealError
from ledger.vault import private_file
from ledger.vault.key_services import KeyService, configured_service, service_named
from ledger.vault.puncture import DEPTH, NODE_BYTES, Nodes, Place, address_of, derive, forget
from ledger.vault.sealing import KEY_BYTES, seal, unseal

MAX_BYTES = 1 << 30
_PLAIN, _SERVED = "assent-erasure-v1", "assent-erasure-v2"
_SEALED_AS = {"kind": "erasure-generations"}


@dataclass(frozen=True, slots=True)
class Generation:
    """`retired` is when no key of the database was left under it; `nodes` never shows in a text."""

    id: UUID
    made: datetime
    nodes: Nodes
    retired: datetime | None = None

    def share(self, tenant: UUID, owner: UUID) -> bytes | None:
        """The 32 bytes that wrap this owner's keys; None if she was erased."""
        return derive(self.nodes, _address(tenant, owner))

    def __repr__(self) -> str:
        return f"Generation({self.id})"


Generations = tuple[Generation, ...]
"""At least one, the one in force first."""


def opened(path: Path) -> Generations:
    """What the file says now: read again by each process as soon as it was replaced."""
    try:
        found = path.stat(follow_symlinks=False)
    except OSError as error:
        raise SealError(f"The erasure generations {path} cannot be opened: {error.strerror}.") from error
    return _opened(path, found.st_ino, found.st_mtime_ns, found.st_size)


def named(path: Path, generation: UUID) -> Generation:
    for each in opened(path):
        if each.id == generation:
            return each
    raise SealError(
        f"A key was wrapped under an erasure generation that {path} does not hold: give the service the file of then,"
        " or the newest copy of it."
    )


def create(path: Path) -> Generations:
    """The first generation, in a new file; never replaces one."""
    made = (_new(),)
    try:
        with _alone(path):
            private_file.write_new(path, _text(made, configured_service()))
    except FileExistsError as error:
        raise SealError(f"{path} exists already: erasure generations are never replaced.") from error
    return made


def begin(path: Path) -> Generation:
    """A further generation, which is in force from now on."""
    return _rewrite(path, lambda held: (_new(), *held))[0]


def erase(path: Path, tenant: UUID, owner: UUID) -> None:
    """Forget an owner's share, for ever. Once this returns, nothing on this disk that we know of opens her keys."""
    address = _address(tenant, owner)
    _rewrite(path, lambda held: tuple(replace(each, nodes=forget(each.nodes, address)) for each in held))


def retire(path: Path, now: datetime) -> None:
    """Note that no key of the database is under any but the one in force."""
    _rewrite(path, lambda held: (held[0], *(replace(each, retired=each.retired or now) for each in held[1:])))


def destroy(path: Path, retired_before: datetime) -> Sequence[UUID]:
    """Forget whole generations: what only backups of before hold can never be opened again, whosever it was."""

    def left(held: Generations) -> Generations:
        return tuple(each for each in held if each.retired is None or each.retired > retired_before)

    before = {each.id for each in opened(path)}
    return sorted(before - {each.id for each in _rewrite(path, left)})


def _address(tenant: UUID, owner: UUID) -> int:
    return address_of(tenant.bytes + owner.bytes)


def _new() -> Generation:
    return Generation(uuid4(), datetime.now(UTC), {(0, 0): secrets.token_bytes(NODE_BYTES)})


def _rewrite(path: Path, change: Callable[[Generations], Generations]) -> Generations:
    with _alone(path):
        private_file.forget_drafts(path)  # of who was broken off: they hold what is forgotten here
        state, service = _read(path)
        held = _parse(path, state)
        changed = change(held)
        if changed != held:
            # Whoever erases where no service is configured must not put the state into the clear.
            private_file.replace(path, _text(changed, configured_service() or service))
    _opened.cache_clear()
    return changed


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Of all processes of this machine; the lock ends with its holder."""
    descriptor = os.open(path.with_name(f".{path.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@lru_cache(maxsize=1)  # an older state must not live on in memory
def _opened(path: Path, inode: int, modified: int, size: int) -> Generations:
    return _parse(path, _read(path)[0])


def _read(path: Path) -> tuple[bytes, KeyService | None]:
    """The state, and the service that keeps the key under which it is sealed."""
    text = private_file.read_private(path, what="erasure generations", largest=MAX_BYTES)
    match text.removesuffix("\n").split(" "):
        case ["assent-erasure-v1", state]:
            return parse_base64(state, what="erasure generations"), None
        case ["assent-erasure-v2", name, wrapped, sealed]:
            service = service_named(name)
            key = service.decrypt(parse_base64(wrapped, what="wrapped key"), UUID(int=0))
            return unseal(key, parse_base64(sealed, what="erasure generations"), _SEALED_AS), service
    raise FormatError(f"{path} is not a file of erasure generations.")


def _text(held: Generations, service: KeyService | None) -> str:
    state = json.dumps({"generations": [_shown(each) for each in held]}, separators=(",", ":")).encode()
    if service is None:
        return f"{_PLAIN} {base64_text(state)}\n"
    key = secrets.token_bytes(KEY_BYTES)  # services take a few KiB at most
    wrapped, sealed = service.encrypt(key, UUID(int=0)), seal(key, UUID(int=0), state, _SEALED_AS)
    return f"{_SERVED} {service.name} {base64_text(wrapped)} {base64_text(sealed)}\n"


def _shown(each: Generation) -> dict[str, object]:
    nodes = [
        base64_text(bytes([depth]) + prefix.to_bytes(8, "big") + node)
        for (depth, prefix), node in each.nodes.items()
    ]
    retired = each.retired and each.retired.isoformat()
    return {"id": str(each.id), "made": each.made.isoformat(), "retired": retired, "nodes": nodes}


def _parse(path: Path, state: bytes) -> Generations:
    try:
        found = tuple(_parsed(each) for each in json.loads(state)["generations"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise FormatError(f"{path} is not a file of erasure generations.") from error
    if not found or len({each.id for each in found}) != len(found):
        raise FormatError(f"{path} holds no erasure generation, or one twice.")
    return found


def _parsed(each: Mapping[str, str]) -> Generation:
    retired = datetime.fromisoformat(each["retired"]) if each["retired"] else None
    nodes = dict(_node(text) for text in each["nodes"])
    return Generation(UUID(each["id"]), datetime.fromisoformat(each["made"]), nodes, retired)


def _node(text: str) -> tuple[Place, bytes]:
    content = parse_base64(text, what="node of a generation", length=9 + NODE_BYTES)
    depth, prefix = content[0], int.from_bytes(content[1:9], "big")
    if depth > DEPTH or prefix >> depth:
        raise FormatError("A node of an erasure generation stands nowhere in its tree.")
    return (depth, prefix), content[9:]
