"""Checkpoints from outside the database: the signer's own file, and notes that a verifier kept."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings

from ledger.audit.finding import Finding
from ledger.audit.roots import Anchor
from ledger.checkpoint import Checkpoint, open_checkpoint, read_checkpoint
from ledger.errors import ProofError, TreeBroken
from ledger.logs import Public
from ledger.note import parse_vkey
from ledger.signed import SignedCheckpoints
from ledger.signing_keys import known_keys

SIGNER, BROUGHT = "The signer's last checkpoint", "The checkpoint that was brought"


@dataclass(frozen=True, slots=True)
class Outside:
    """The anchors that no superuser of the database could change with it, or what is wrong with them."""

    anchors: tuple[Anchor, ...] = ()
    fault: Finding | None = None


def anchors_of(public: Public, notes: Sequence[bytes]) -> Outside:
    """Those of this log; notes of other logs are passed over. Raises FormatError, and SealError for a foreign key."""
    anchors, verifiers = [], [parse_vkey(public.vkey), *known_keys(public.tenant_id)]
    try:
        kept = SignedCheckpoints(settings.ASSENT_SIGNER_DIR).last(public.vkey, verifiers)
        if kept:
            anchors.append(_anchor(kept.checkpoint, SIGNER))
        for note in notes:
            if read_checkpoint(note).origin == public.origin:
                anchors.append(_anchor(open_checkpoint(note, verifiers), BROUGHT))
    except (ProofError, TreeBroken) as error:
        return Outside(fault=Finding("checkpoint-forged", str(error)))
    return Outside(tuple(anchors))


def _anchor(checkpoint: Checkpoint, source: str) -> Anchor:
    return Anchor(checkpoint.size, checkpoint.root, source)
