"""What is proved about the entries of a person's chain."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from ledger.checkpoint import open_checkpoint
from ledger.errors import LedgerError
from ledger.note import parse_vkey
from ledger.selectors import Entry, LogStatus, Proof
from ledger.tree import check_inclusion
from portal.design.shapes import Check
from portal.patients.looks import Look


def sealed_until(looks: Sequence[Look]) -> Mapping[str, datetime] | None:
    """When the newest of these that is in a signed checkpoint happened; None while there is none."""
    sealed = [look.access.time for look in looks if look.access.state == "checkpointed"]
    return {"checked": max(sealed)} if sealed else None


def checks_of(entry: Entry, proof: Proof | None, log: LogStatus) -> list[Check]:
    """Each step of the proof, done now."""
    opens = Check(
        says=_("The line is what was sealed"),
        state="holds" if entry.readable else "bad",
        detail=_("Its sealed content opens, and its hash is the one in the chain."),
    )
    if proof is None:
        return [opens, Check(says=_("The log has signed it"), state="wait", detail=_("It is being sealed."))]
    return [
        opens,
        Check(
            says=_("It is link %(index)s of the log") % {"index": proof.index},
            state=_state(_included, proof, log),
            detail=_("Its path leads to the root of %(size)s links.") % {"size": proof.size},
        ),
        Check(
            says=_("The log has signed that root"),
            state=_state(_signed, proof, log),
            detail=_("The signature is by the key of %(origin)s.") % {"origin": log.origin},
        ),
    ]


def path_of(proof: Proof) -> Mapping[str, Any]:
    """The path to the root as the drawing takes it."""
    return {
        "leaf": proof.leaf_hash.hex(),
        "path": [each.hex() for each in proof.hashes],
        "root": proof.root.hex(),
        "index": proof.index,
        "size": proof.size,
    }


def _included(proof: Proof, log: LogStatus) -> None:
    check_inclusion(
        leaf=proof.leaf_hash, index=proof.index, size=proof.size, proof=proof.hashes, root=proof.root
    )


def _signed(proof: Proof, log: LogStatus) -> None:
    signed = open_checkpoint(proof.checkpoint, [parse_vkey(log.vkey)])
    if (signed.size, signed.root) != (proof.size, proof.root):
        raise LedgerError("The signed checkpoint names another root.")


def _state(check: Any, proof: Proof, log: LogStatus) -> Any:
    try:
        check(proof, log)
    except LedgerError:
        return "bad"
    return "holds"
