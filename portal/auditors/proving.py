"""One entry as an auditor reads it: what it says, and what was checked of it just now.

Runs in the scope of the tenant whose log it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ledger import selectors as ledger
from ledger.errors import FormatError, NotYetSequenced, ProofError
from ledger.hashing import leaf_hash
from ledger.note import parse_vkey
from ledger.receipt import SUFFIX, Receipt, Verdict, check, parse
from ledger.selectors import Entry
from portal.accounts import selectors as accounts
from portal.auditors.presenters import actor_names, who
from portal.auditors.words import kind
from portal.design.refusals import said
from portal.design.shapes import Check, Fact
from portal.design.times import words as moment
from portal.design.vocabulary import PURPOSES
from portal.records.services import audited

# What is shown of what auditors may read.
SAID = {
    "decision": gettext_lazy("Decision"),
    "role": gettext_lazy("Acting as"),
    "action": gettext_lazy("Action"),
    "purpose": gettext_lazy("Purpose"),
    "layer": gettext_lazy("Decided by"),
    "outcome": gettext_lazy("Outcome"),
    "variant": gettext_lazy("Policy"),
    "version": gettext_lazy("Version"),
    "reason_code": gettext_lazy("Reason"),
    "state": gettext_lazy("State"),
}


@dataclass(frozen=True)
class Proved:
    """An entry with its proof against the newest checkpoint; `path` is None while it waits for one."""

    entry: Entry
    facts: Sequence[Fact]
    checks: Sequence[Check]
    path: Mapping[str, Any] | None
    vkey: str
    broken: str

    @property
    def file_name(self) -> str:
        return file_name(self.entry)

    @property
    def command(self) -> str:
        """What anyone runs beside the receipt, without this node."""
        return f"python -m ledger.verify {self.file_name} --vkey '{self.vkey}'"


def file_name(entry: Entry) -> str:
    return f"entry-{entry.index}{SUFFIX}"


def proved(entry_id: UUID, log_name: str) -> Proved:
    """The entry, checked as an outsider would check its receipt. Raises UnknownEntry."""
    entry = audited(ledger.entry(entry_id))
    log = ledger.log_named(log_name)
    facts = _facts(entry)
    try:
        receipt = parse(ledger.receipt(entry_id))
    except NotYetSequenced:
        return Proved(entry, facts, (), None, log.vkey, "")
    try:
        verdict = check(receipt, [parse_vkey(log.vkey)])
    except (ProofError, FormatError) as error:
        return Proved(
            entry, facts, [Check(says=said(error), state="bad")], None, log.vkey, _("Does not hold")
        )
    checks = _checks(entry, receipt, verdict)
    broken = "" if entry.readable else _("Cannot be opened")
    return Proved(entry, facts, checks, _path(receipt, verdict), log.vkey, broken)


def _path(receipt: Receipt, verdict: Verdict) -> dict[str, Any]:
    return {
        "leaf": leaf_hash(receipt.leaf).hex(),
        "path": [digest.hex() for digest in receipt.proof],
        "root": verdict.checkpoint.root.hex(),
        "index": receipt.index,
        "size": verdict.checkpoint.size,
    }


def _checks(entry: Entry, receipt: Receipt, verdict: Verdict) -> list[Check]:
    count = len(receipt.proof)
    leads = ngettext("%(n)d hash leads to the root", "%(n)d hashes lead to the root", count) % {"n": count}
    opens = Check(
        says=_("What it says opens with what stands beside it"),
        state="holds" if entry.readable else "bad",
        detail="" if entry.readable else _("It was changed, or its key was destroyed on purpose."),
    )
    return [
        Check(says=_("The entry is in the tree"), detail=leads),
        Check(says=_("The root is signed by the log"), detail="Ed25519"),
        Check(says=_("The sealed body is the one that the entry names"), detail="SHA-256"),
        opens,
    ]


def _facts(entry: Entry) -> list[Fact]:
    said = entry.audit
    facts = [
        Fact(name=_("Kind"), value=kind(entry.type, entry.audit), detail=entry.type),
        Fact(name=_("Time"), value=moment(entry.time, "exact")),
        Fact(
            name=_("Who"),
            value=who(entry, actor_names([entry])),
            detail=_place(said),
            fingerprint=entry.actor,
        ),
    ]
    if entry.subject:
        link = (
            _("link %(n)d of their chain") % {"n": entry.subject_index}
            if entry.subject_index is not None
            else ""
        )
        facts.append(Fact(name=_("About"), value=_("A patient"), detail=link, fingerprint=entry.subject))
    facts += [
        Fact(name=str(name), value=_word(key, said[key])) for key, name in SAID.items() if said.get(key)
    ]
    return facts + _decided(said)


def _decided(said: Mapping[str, Any]) -> list[Fact]:
    code = said.get("code_hash")
    clauses = said.get("clauses") or ()
    cited = ", ".join(str(clause).rpartition(":")[2] for clause in clauses)
    if not code:
        return []
    words = _("Clause %(clauses)s") % {"clauses": cited} if cited else _("Code")
    return [Fact(name=_("By this code"), value=words, fingerprint=str(code))]


def _place(said: Mapping[str, Any]) -> str:
    named = said.get("organisation")
    if isinstance(named, Mapping):
        return str(named.get("name", ""))
    try:
        organisation = UUID(str(named))
    except ValueError:
        return ""
    return accounts.organisation_names([organisation]).get(organisation, "")


def _word(key: str, value: object) -> str:
    if key == "purpose":
        return f"{PURPOSES.get(str(value), '').capitalize()} ({value})"
    return str(value).replace("_", " ")
