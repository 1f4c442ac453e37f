"""Storing changes that were permitted: the last checks, the versions, the entries that name them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from ledger import services as ledger
from ledger.promise import SignedPromise
from portal.accounts.identity import Caller
from portal.records import chunks, sealed, sealing, writing
from portal.records.access import basis, enter, who
from portal.records.changes import Written
from portal.records.errors import RecordsError, VersionMismatch, WriteConflict
from portal.records.judging import Item, Verdict
from portal.records.preparing import within

Outcome = Literal["created", "updated", "deleted"]


def store(
    items: Sequence[Item], verdicts: Sequence[Verdict], *, caller: Caller, interaction: str
) -> dict[int, Written]:
    """Store all of it, in the transaction that permitted it; what became of each, by its index.

    Raises VersionMismatch or WriteConflict before anything is written.
    """
    for item in items:
        _check(item)
    written = {}
    for verdict in verdicts:
        for outcome, those in _by_outcome(verdict.items):
            written.update(_Batch(caller, interaction, outcome, verdict).store(those))
    for outcome, those in _by_outcome([item for item in items if item.person is None]):
        written.update(_Batch(caller, interaction, outcome, None).store(those))
    return written


def _check(item: Item) -> None:
    try:
        _check_version(item)
        if item.before and item.before.header.person != item.person:
            raise WriteConflict("That id is taken by a record of somebody else. Nothing was stored.")
        if item.change.verb == "delete" and item.change.type == "Patient":
            raise WriteConflict(
                "A Patient who is registered here is not deleted: her record and its history hang on it."
            )
    except RecordsError as error:
        raise (within(item.change.entry, error) if item.change.entry else error) from None


def _check_version(item: Item) -> None:
    if item.change.expected is None:
        return
    now = item.before.header if item.before else None
    if now is None or now.deleted or now.version != item.change.expected:
        raise VersionMismatch(
            "The record is not the version that this change was made for. Nothing was stored. Read it, and decide anew."
        )


def _by_outcome(items: Sequence[Item]) -> list[tuple[Outcome, list[Item]]]:
    found: dict[Outcome, list[Item]] = {}
    for item in items:
        found.setdefault(_outcome(item), []).append(item)
    return list(found.items())


def _outcome(item: Item) -> Outcome:
    if item.prepared is None:
        return "deleted"
    return "updated" if item.before and not item.before.header.deleted else "created"


class _Batch:
    """Changes of one outcome to one person's records, or to the directory: one entry."""

    def __init__(self, caller: Caller, interaction: str, outcome: Outcome, verdict: Verdict | None) -> None:
        self.caller, self.interaction, self.outcome, self.verdict = caller, interaction, outcome, verdict

    def store(self, items: Sequence[Item]) -> dict[int, Written]:
        """Nothing is done to what is deleted already; that it was asked for is entered all the same."""
        old = [
            item for item in items if self.outcome == "deleted" and item.before and item.before.header.deleted
        ]
        new = {item.index: _version(item) for item in items if item not in old}
        promise = self._enter(list(new.values()))
        person = self.verdict.asked.person if self.verdict else None
        stored = writing.add(person, promise.promise.id, list(new.values())) if new else None
        for item in items:
            if item.change.content and person:
                chunks.store(item.change.content[0], person, item.change.content[1])
        written = {}
        for item in items:
            if item.index in new:
                assert stored  # noqa: S101 - it was, just now
                content = item.prepared.content if item.prepared else b""
                written[item.index] = self._written(new[item.index].header, stored, content, promise)
            elif item.before:
                written[item.index] = self._written(item.before.header, item.before.created, b"", promise)
        return written

    def _written(
        self, header: sealed.Header, stored: datetime, content: bytes, promise: SignedPromise
    ) -> Written:
        decision = self.verdict.decision if self.verdict else None
        return Written(
            header.type, header.id, header.version, self.outcome, stored, content, decision, promise
        )

    def _enter(self, versions: Sequence[writing.NewVersion]) -> SignedPromise:
        kind = f"record.{self.outcome}"
        if self.verdict and self.verdict.decisions:
            categories = {version.header.category for version in versions} or self.verdict.categories
            asked, decisions = self.verdict.asked, self.verdict.decisions
            return enter(asked, decisions, versions, categories=categories, type=kind).promise
        decision = self.verdict.decision if self.verdict else None
        audit = {
            **who(self.caller),
            "role": self.caller.role,
            "interaction": "register" if self.verdict else "keep",  # no contract decides these
            "action": "write",
            "purpose": self.verdict.asked.purpose if self.verdict else None,
            "categories": sorted({version.header.category for version in versions} - {""}),
            "resources": [sealed.named(version.header, version.content_hash) for version in versions],
            "decision": "permitted",
            **(basis(decision) if decision else {}),
        }
        subject: UUID | None = self.verdict.asked.person if self.verdict else None
        return ledger.append(type=kind, actor=self.caller.user, subject=subject, audit=audit)


def _version(item: Item) -> writing.NewVersion:
    if item.prepared is None:
        assert item.before and item.row  # noqa: S101 - there is something to delete
        return sealing.last_version(item.before.header, item.row)
    if item.before is None:
        return sealing.new_version(item.prepared, item.person)
    number = item.before.header.version + 1
    return sealing.new_version(item.prepared, item.person, row=item.row, version=number)
