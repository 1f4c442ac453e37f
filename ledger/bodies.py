"""The sealed body of an entry: `audit`, which auditors may open, and `inputs`, which only a replay opens.

Both seals bind the clear values that stand beside them from the submission on. The leaf binds the body's
hash, so that the content of an entry cannot be given to another one.
"""

import json
from collections.abc import Mapping
from typing import NamedTuple, cast
from uuid import UUID

from ledger.canonical import canonical
from ledger.entry import Leaf, decode_body, encode_body
from ledger.errors import SealError
from ledger.receipt import Reveal
from ledger.vault import keyring

AUDIT, INPUTS = "audit", "inputs"


class Clear(NamedTuple):
    """What is stored in the clear with a body. `actor` and `subject` are pseudonyms."""

    tenant: UUID
    id: UUID
    type: str
    actor: str
    subject: str | None


def seal_body(
    clear: Clear,
    *,
    owner: UUID,
    year: int,
    audit: Mapping[str, object],
    inputs: Mapping[str, object] | None,
) -> bytes:
    """Seal both parts under the owner's keys of that year, so that retention can end by destroying a year's."""
    bound = _bound(clear, AUDIT)
    audit_part = keyring.seal(owner, f"ledger:{year}", canonical(dict(audit)), bound, tenant=clear.tenant)
    if inputs is None:
        return encode_body(audit_part, None)
    bound["kind"] = f"entry.{INPUTS}"
    inputs_part = keyring.seal(owner, f"inputs:{year}", canonical(dict(inputs)), bound, tenant=clear.tenant)
    return encode_body(audit_part, inputs_part)


def open_audit(clear: Clear, body: bytes) -> dict[str, object]:
    """The audit part. Raises SealError if a clear value beside it was changed."""
    return _open(clear, AUDIT, decode_body(body)[0])


def open_inputs(clear: Clear, body: bytes) -> dict[str, object] | None:
    """The inputs part, for replay only: it may hold labels that are clinical."""
    part = decode_body(body)[1]
    return None if part is None else _open(clear, INPUTS, part)


def check_seals(clear: Clear, body: bytes) -> None:
    """Open each part and let go of it. Raises SealError."""
    audit, inputs = decode_body(body)
    keyring.open_seal(audit, _bound(clear, AUDIT), tenant=clear.tenant)
    if inputs is not None:
        keyring.open_seal(inputs, _bound(clear, INPUTS), tenant=clear.tenant)


def audit_reveal(tenant: UUID, submission: UUID, leaf: Leaf, body: bytes) -> Reveal:
    """What opens the audit part of this one entry, for a receipt that discloses it."""
    clear = Clear(tenant, submission, leaf.type, leaf.actor, leaf.subject)
    return Reveal(keyring.reveal(decode_body(body)[0]), _bound(clear, AUDIT))


def _open(clear: Clear, kind: str, part: bytes) -> dict[str, object]:
    content = json.loads(keyring.open_seal(part, _bound(clear, kind), tenant=clear.tenant))
    if not isinstance(content, dict):
        raise SealError("The part of the entry is not an object.")
    return cast("dict[str, object]", content)


def _bound(clear: Clear, kind: str) -> dict[str, object]:
    return {
        "v": 1,
        "kind": f"entry.{kind}",
        "tenant": str(clear.tenant),
        "id": str(clear.id),
        "type": clear.type,
        "actor": clear.actor,
        "subject": clear.subject,
    }
