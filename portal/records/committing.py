"""Carrying out changes of records: all of them or none, in one transaction with the entries that name them.

The order is that of every access: the locks, then what is stored, then the decision of the contracts, then either the
denial or the versions and their entries, then the commit. What is wrong with a change is found before anything is
written; a denial is committed alone. So is, where nothing is stored, what the refusal tells of a record: that something
fits a condition or nothing does, that a reference leads nowhere, that a Patient is somebody else.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from ledger.scope import lock, locks
from portal.accounts import selectors
from portal.accounts import services as accounts
from portal.accounts.errors import AccountsError, UnknownPerson
from portal.accounts.identity import Caller
from portal.records import conditional, storage, storing, subjects
from portal.records.access import Entered, Learned, deciding, enter
from portal.records.changes import Change, Written
from portal.records.circles import refuse_circles
from portal.records.envelopes import handles
from portal.records.errors import (
    Denied,
    InvalidBundle,
    InvalidResource,
    RecordsError,
    RoleNeeded,
    UnknownRecord,
    WriteConflict,
)
from portal.records.judging import KEPT_BY, Item, Verdict, judge, may_keep
from portal.records.kinds import DIRECTORY, KINDS
from portal.records.opening import open_rows
from portal.records.preparing import prepare_whole, within
from portal.records.referring import refuse_missing
from portal.records.registering import identity_of, record_number_of
from portal.records.somebody_else import refuse_somebody_else
from portal.records.strangers import is_stranger

LOCK = "records.write"


def carry_out(
    changes: Sequence[Change],
    *,
    caller: Caller,
    tenant: UUID,
    purpose: str | None = None,
    interaction: str,
    places: Mapping[str, str] | None = None,
) -> list[Written]:
    """Do all of these changes, or none; what became of each, in their order.

    `places`: where references by fullUrl lead (`urn:uuid:...` -> `Type/id`). Raises Denied after the denial is in the
    ledger, and any RecordsError or AccountsError that says what is wrong with one of them.
    """
    work = _Work(caller, tenant, purpose, interaction, list(changes), dict(places or {}))
    try:
        with deciding(tenant):
            denied = work.run()
        if work.refused:
            raise work.refused
    except IntegrityError:
        raise WriteConflict(
            "Somebody else wrote the same record at the same time. Nothing was stored. Read it, and write again."
        ) from None
    if denied:
        raise Denied(denied.decision, denied.promise)
    return [work.done(index) for index in range(len(changes))]


def refuse_twice(changes: Sequence[Change]) -> None:
    """Raise InvalidBundle where two changes are of the same record."""
    seen = set()
    for index, change in enumerate(changes):
        if change.place in seen:
            message = "Two entries of a transaction write the same record. Nothing was stored."
            raise InvalidBundle(message, expression=f"Bundle.entry[{index}]")
        seen.add(change.place)


@dataclass
class _Work:
    caller: Caller
    tenant: UUID
    purpose: str | None
    interaction: str
    changes: list[Change]
    places: dict[str, str]
    found: dict[int, conditional.Match] = field(default_factory=dict)
    written: dict[int, Written] = field(default_factory=dict)
    learned: Learned = field(default_factory=list)
    refused: Exception | None = None

    def run(self) -> Entered | None:
        """Everything, or the denial that was entered instead. What else refuses it is kept as `refused`, to be raised
        once it is entered what that tells of records."""
        lock(LOCK, self.tenant, exclusive=False)  # an import takes it exclusively
        try:
            return self._attempt()
        except (RecordsError, AccountsError, IntegrityError) as error:
            for entering in self.learned:
                entering()
            self.refused = error
            return None

    def _attempt(self) -> Entered | None:
        self._lock_conditional()
        for index, change in self._conditional():
            match = self._find(change)
            if match.learned:
                self.learned.append(match.learned)
            if match.denial:
                return match.denial
            self._settle(index, change, match)
        refuse_twice(self.changes)
        items = self._items()
        self._lock(items)
        with transaction.atomic():
            verdicts = self._judged(items)
            if all(verdict.decision.permitted for verdict in verdicts):
                elsewhere = refuse_missing(items, verdicts, self.learned)
                refuse_somebody_else(verdicts, self.learned)
                for entering in elsewhere.entering:
                    entering()
                written = storing.store(items, verdicts, caller=self.caller, interaction=self.interaction)
                warned = elsewhere.warnings
                self.written = {
                    index: replace(one, warnings=tuple(warned.get(index, ())))
                    for index, one in written.items()
                }
                return None
            transaction.set_rollback(True)  # whoever was registered for it is not
        return self._enter_denials(verdicts)

    def done(self, index: int) -> Written:
        """What became of a change, once everything is committed."""
        if index in self.written:
            return self.written[index]
        match, change = self.found[index], self.changes[index]
        decision, promise = (match.entered.decision, match.entered.promise) if match.entered else (None, None)
        if match.row is None:
            now = datetime.now(UTC)
            return Written(change.type, change.id, 0, "deleted", now, b"", decision, promise)
        (record,) = open_rows(self.tenant, [match.row]).records
        return Written(
            record.type, record.id, record.version, "found", record.updated, record.content, decision, promise
        )

    def _conditional(self) -> Iterator[tuple[int, Change]]:
        """Those with a condition; first what records may be about, so that their references lead somewhere."""
        conditional_ones = [pair for pair in enumerate(self.changes) if pair[1].condition is not None]
        return iter(sorted(conditional_ones, key=lambda pair: pair[1].type not in {"Patient", *DIRECTORY}))

    def _lock_conditional(self) -> None:
        """One writer at a time also while it is asked whether there is something that fits."""
        asked = [change for _, change in self._conditional()]
        if asked:
            patients = {self._patient(change) for change in asked} - {""}
            persons = selectors.persons_of(patients).values()
            keys = {f"{self.tenant}/directory", *map(str, persons)}
            locks([(LOCK, key) for key in sorted(keys)], exclusive=True)

    def _patient(self, change: Change) -> str:
        """The id of the Patient whom a change is about, as far as the change itself says."""
        if change.entry is None:
            return conditional.patient_named(change)
        for element in KINDS[change.type].patient:
            named = change.entry.resource.get(element)
            reference = named.get("reference") if isinstance(named, dict) else None
            if isinstance(reference, str) and reference in self.places:
                return self.places[reference].removeprefix("Patient/")
        return subjects.patient_id(change.entry)

    def _find(self, change: Change) -> conditional.Match:
        try:
            return conditional.find(
                change, self._patient(change), caller=self.caller, tenant=self.tenant, purpose=self.purpose
            )
        except UnknownPerson:
            if change.entry is None:
                raise
            return conditional.NOTHING  # a Patient of the same bundle, or one that the writing itself refuses
        except RecordsError as error:
            raise (within(change.entry, error) if change.entry else error) from None

    def _settle(self, index: int, change: Change, match: conditional.Match) -> None:
        """What a change with a condition comes to, now that it is known what fits."""
        place = (match.row.header.type, match.row.header.id) if match.row else change.place
        if change.entry and change.entry.full_url:
            before = "/".join(change.place)
            for name in (change.entry.full_url, *handles(change.entry.full_url, new=change.verb == "create")):
                if self.places.get(name) == before:  # and is not another entry's own
                    self.places[name] = "/".join(place)
        if change.verb == "update":
            self.changes[index] = conditional.settled(change, match.row)
        elif match.row and change.verb == "delete":
            self.changes[index] = replace(change, id=place[1], condition=None)
        elif match.row or change.verb == "delete":
            self.found[index] = match  # there is nothing to be done

    def _items(self) -> list[Item]:
        """What is left to be done, prepared."""
        left = [(index, change) for index, change in enumerate(self.changes) if index not in self.found]
        entries = [change.entry for _, change in left if change.entry]
        prepared = prepare_whole(entries, self.places)
        refuse_circles(prepared)
        ready = iter(prepared)
        return [Item(index, change, next(ready) if change.entry else None) for index, change in left]

    def _lock(self, items: Sequence[Item]) -> None:
        """One writer a person at a time, and one to the directory; then look at what is stored."""
        gone = storage.current([item.change.place for item in items if item.prepared is None])
        patients = {item.prepared.patient for item in items if item.prepared and item.prepared.patient}
        keys = {str(person) for person in selectors.persons_of(patients).values()}
        keys |= {str(row.header.person) for row, _ in gone.values() if row.header.person}
        if len(keys) < len(patients) or any(item.change.type in DIRECTORY for item in items):
            keys.add(f"{self.tenant}/directory")
        if keys:
            locks([(LOCK, key) for key in sorted(keys)], exclusive=True)
        before = storage.current([item.change.place for item in items])
        for item in items:
            item.before, item.row = before.get(item.change.place, (None, None))

    def _judged(self, items: Sequence[Item]) -> list[Verdict]:
        """The verdicts on all persons, Patients who are new being registered first."""
        for item in sorted(items, key=lambda item: item.change.type != "Patient"):
            self._whose(item)
        if any(item.person is None or item.registers for item in items):
            may_keep(self.caller, self.tenant)
        return judge(
            items, caller=self.caller, tenant=self.tenant, purpose=self.purpose, interaction=self.interaction
        )

    def _whose(self, item: Item) -> None:
        one = item.prepared
        if one is None:
            if item.before is None:
                raise _unknown(item)
            item.person = item.before.header.person
        elif one.patient:
            known = selectors.persons_of([one.patient])
            if not known and one.type != "Patient":
                raise _unknown(item)
            item.registers = not known
            item.person = known[one.patient] if known else self._register(item)

    def _register(self, item: Item) -> UUID:
        one = item.prepared
        assert one  # noqa: S101 - a Patient
        may_keep(self.caller, self.tenant)
        return accounts.register_person(
            tenant=self.tenant,
            patient=one.id,
            mrn=record_number_of(one.resource),
            identity=identity_of(one.resource),
        ).person_id

    def _enter_denials(self, verdicts: Sequence[Verdict]) -> Entered:
        """Each person is told of what was refused; whoever was not registered for it cannot be.

        To a stranger of one of them it is refused as if she were not here: raises what that raises.
        """
        denied = [one for one in verdicts if one.decisions and not one.decision.permitted]
        entered = []
        for verdict in denied:
            assert verdict.decisions  # noqa: S101 - it was denied
            rows = [item.own_before for item in verdict.items if item.own_before]
            entered.append(enter(verdict.asked, verdict.decisions, rows, categories=verdict.categories))
        for verdict in denied:
            if is_stranger(verdict.asked):
                raise _unknown(verdict.items[0])
        return entered[0]


def _unknown(item: Item) -> RecordsError:
    """What is wrong with a change of the records of somebody who is not here, or of a record that is not."""
    one = item.prepared
    if one is None:
        return UnknownRecord(f"There is no {item.change.type} with that id at this organisation.")
    if one.type == "Patient":
        return RoleNeeded(KEPT_BY)
    element = f"{one.type}.{KINDS[one.type].patient[0]}"
    error = InvalidResource(f"{element} names no patient of this organisation.", expression=element)
    return within(one.entry, error)
