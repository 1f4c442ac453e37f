"""How far a checkpoint may be believed: by whose keys, by how many witnesses, or by what was printed.

Four levels, each standing on less that the log's operator could arrange alone:

    internal         it agrees with itself; whoever wrote it can arrange that
    log key          the log's own key signed it
    witness quorum   so did as many witnesses as the policy asks for: the log shows everybody the same tree
    publication      its size and root stand in a publication, which no key can change any more
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from ledger.checkpoint import Checkpoint, checkpoint_in, read_checkpoint
from ledger.cosignature import COSIGNATURE, ML_DSA_44
from ledger.errors import FormatError, ProofError
from ledger.note import KnownKey, Verifier, open_note, parse_vkey


class Level(StrEnum):
    """How far outside of what was given its proof reaches; in their order."""

    INTERNAL = "internal"
    LOG_KEY = "log key"
    QUORUM = "witness quorum"
    PUBLICATION = "publication"


@dataclass(frozen=True, slots=True)
class Group:
    """Witnesses, or groups of them, of which `threshold` must have cosigned (c2sp.org/tlog-policy)."""

    threshold: int
    members: tuple["Quorum", ...]


Quorum = KnownKey | Group


@dataclass(frozen=True, slots=True)
class Policy:
    """Whom a verifier believes. `logs`: keys of logs; `quorum` None asks for no witness.

    `publications`: what was printed of logs, as unsigned checkpoints from a source that the verifier trusts.
    """

    logs: tuple[Verifier, ...] = ()
    quorum: Quorum | None = None
    publications: tuple[Checkpoint, ...] = ()

    def __post_init__(self) -> None:
        witnesses = witnesses_of(self.quorum)
        if len({witness.public_key for witness in witnesses}) != len(witnesses):
            raise FormatError("Two witnesses of the policy are one key: it would count twice.")
        keys = (*self.logs, *witnesses)
        if len({(key.name, key.key_id) for key in keys}) != len(keys):
            raise FormatError("Two keys of the policy share one name and one id. Give each key once.")


@dataclass(frozen=True, slots=True)
class Trusted:
    """A checkpoint and the level at which it holds. `lacking` says what the policy asks for beyond that, or "".

    `witnesses`: the names of those in the policy that cosigned it.
    """

    level: Level
    checkpoint: Checkpoint
    witnesses: tuple[str, ...] = ()
    lacking: str = ""

    @property
    def conclusive(self) -> bool:
        return self.level is not Level.INTERNAL and not self.lacking


def open_trusted(note: bytes, policy: Policy) -> Trusted:
    """The checkpoint in `note` and how far it holds. Raises ProofError if a signature or publication contradicts it."""
    if not policy.logs:
        return _printed(Trusted(Level.INTERNAL, read_checkpoint(note)), policy)
    witnesses = witnesses_of(policy.quorum)
    opened = open_note(note, [*policy.logs, *witnesses])
    checkpoint = checkpoint_in(opened)
    if not any(key in policy.logs and key.name == checkpoint.origin for key in opened.keys):
        raise ProofError(f"The checkpoint names {checkpoint.origin}, whose own key did not sign it.")
    signed = [key for key in witnesses if key in opened.keys]
    names = tuple(key.name for key in signed)
    if policy.quorum is None:
        found = Trusted(Level.LOG_KEY, checkpoint)
    elif quorum_met(policy.quorum, signed):
        found = Trusted(Level.QUORUM, checkpoint, names)
    else:
        lacking = f"only {len(signed)} of {len(witnesses)} witnesses cosigned it, which is no quorum"
        found = Trusted(Level.LOG_KEY, checkpoint, names, lacking)
    return _printed(found, policy)


def flat_policy(logs: Sequence[Verifier], witnesses: Sequence[KnownKey], quorum: int | None = None) -> Policy:
    """So many of these witnesses; all of them, unless a number is given."""
    if not witnesses and not quorum:
        return Policy(tuple(logs))
    threshold = len(witnesses) if quorum is None else quorum
    if not 1 <= threshold <= len(witnesses):
        raise FormatError(f"A quorum of {threshold} cannot be had of {len(witnesses)} witnesses.")
    return Policy(tuple(logs), Group(threshold, tuple(witnesses)))


def witness_key(vkey: str) -> KnownKey:
    """The key of a witness: one that signs what it saw and when, and nothing else."""
    key = parse_vkey(vkey)
    if key.kind not in (COSIGNATURE, ML_DSA_44):
        raise FormatError("The key of a witness is one that cosigns (type 0x04 or 0x06).")
    return key


def witnesses_of(quorum: Quorum | None) -> list[KnownKey]:
    if quorum is None:
        return []
    if isinstance(quorum, Group):
        return [witness for member in quorum.members for witness in witnesses_of(member)]
    return [quorum]


def quorum_met(quorum: Quorum, signed: Sequence[Verifier]) -> bool:
    if isinstance(quorum, Group):
        return sum(quorum_met(member, signed) for member in quorum.members) >= quorum.threshold
    return quorum in signed


def _printed(found: Trusted, policy: Policy) -> Trusted:
    """Compare with what was printed of this log at this size."""
    checkpoint = found.checkpoint
    for printed in policy.publications:
        if (printed.origin, printed.size) != (checkpoint.origin, checkpoint.size):
            continue
        if printed.root != checkpoint.root:
            raise ProofError(
                f"The publication of {printed.size} entries has another root than this checkpoint."
            )
        return Trusted(Level.PUBLICATION, checkpoint, found.witnesses)
    sizes = sorted(
        {str(printed.size) for printed in policy.publications if printed.origin == checkpoint.origin}
    )
    if not policy.publications or found.lacking:
        return found
    if not sizes:
        return replace(found, lacking="the publication is another log's")
    lacking = f"the publication is of {' or '.join(sizes)} entries: ask for the receipt against that size"
    return replace(found, lacking=lacking)
