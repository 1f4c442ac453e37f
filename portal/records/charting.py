"""A person's record at one organisation, by the categories that people understand."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import NamedTuple
from uuid import UUID

from consent import vocabulary
from consent.circumstances import Circumstances
from consent.facts import Decision, Decisions
from ledger.promise import SignedPromise
from ledger.scope import within_tenant
from portal.accounts.errors import UnknownPerson
from portal.accounts.identity import Caller
from portal.accounts.models import Registration
from portal.design.vocabulary import CATEGORIES
from portal.records import categories, storage
from portal.records.access import (
    Answer,
    Asked,
    Entered,
    ask,
    circumstances,
    circumstances_at,
    cited,
    decide,
    deciding,
    deciding_about,
    enter_each,
    group_facts,
)
from portal.records.candidates import Candidates, Permitted, candidates
from portal.records.errors import Denied
from portal.records.kinds import CLINICAL
from portal.records.opening import Record, release
from portal.records.outlines import Outline, outline_of, outlines_at
from portal.records.patients import Patient, named, unnamed
from portal.records.reach import Reach, reach_under
from portal.records.sealed import Stored
from portal.records.storage import Extent, Newest

EACH = 200  # of one category in a whole chart
ALONE = 500  # of a category that is asked for alone


@dataclass(frozen=True)
class Section:
    """One category. If it is withheld by contract, that is said whether or not there is anything in it."""

    category: str
    title: str
    permitted: bool
    decision: Decision
    records: list[Record]
    more: bool  # there are older ones than these


@dataclass(frozen=True)
class Chart:
    """What may be seen of a record, newest first within each section. `tampered`: `Type/id` of what no longer opens.

    `counts`: how many records of each category may be seen, opened here or not.
    """

    patient: Patient
    sections: list[Section]
    decision: Decision
    promise: SignedPromise
    tampered: list[str]
    tenant: UUID
    counts: Mapping[str, int]

    @property
    def withheld(self) -> list[str]:
        """The categories that contracts keep closed."""
        return [section.category for section in self.sections if not section.permitted]


class _Question(NamedTuple):
    """What is asked of one custodian, what is in force for it there, and what there is."""

    asked: Asked
    under: Circumstances
    found: Outline


@dataclass(frozen=True)
class _Taken:
    """What a chart takes within the transaction that decides and enters it. Nothing of it is open yet."""

    asked: Asked
    registration: Registration
    wanted: Sequence[str]
    shown: Sequence[Stored]
    more: Collection[str]
    counts: Mapping[str, int]
    entered: Entered


def chart(
    *,
    caller: Caller,
    tenant: UUID,
    person: UUID,
    purpose: str | None = None,
    category: str | None = None,
    skip: int = 0,
) -> Chart:
    """The record of a person, or one category of it, as contracts allow. One ledger entry.

    The patient is named in it if her demographics are permitted too; the entry then lists it. `skip`: so many of the
    newest of each category are left out, to go on from a page that had `more`. Raises Denied if nothing at all of
    what was asked for is permitted; UnknownPerson, UnknownCategory, UnknownPurpose.
    """
    wanted, usual = _usual(category)
    with deciding(tenant):
        found = outline_of(person)
        asked = ask(caller, tenant, person, purpose=purpose, interaction="chart")
        (taken,) = _take([_Question(asked, circumstances(asked), found)], wanted, usual._replace(skip=skip))
    return _opened(taken)


class Everywhere(NamedTuple):
    """What opened of a person's record, and the tenants that refused all of what was asked for."""

    opened: Sequence[Chart]
    refused: Sequence[UUID]


def charts(
    *,
    caller: Caller,
    registrations: Sequence[Registration],
    category: str | None = None,
    skip: int = 0,
    extent: Extent | None = None,
) -> Everywhere:
    """As `chart`, of one person at each organisation where something of her is: in as many statements as for one.

    All entries are written, and have committed, before anything is opened. `extent`: how much, if not as much as usual.
    Raises Denied if nothing at all is permitted anywhere.
    """
    if not registrations:
        return Everywhere([], [])
    person, (wanted, usual) = registrations[0].person_id, _usual(category)
    with deciding_about(person):
        questions = _questions(caller, registrations)
        taken = _take(questions, wanted, extent or usual._replace(skip=skip))
    opened: dict[UUID, Chart] = {}
    denied: dict[UUID, Denied] = {}
    for one in taken:
        try:
            opened[one.asked.tenant] = _opened(one)
        except Denied as denial:
            denied[one.asked.tenant] = denial
    places = [each.tenant_id for each in registrations if each.tenant_id in {*opened, *denied}]
    if denied and not opened:
        raise denied[places[0]]
    return Everywhere([opened[place] for place in places if place in opened], list(denied))


def _questions(caller: Caller, registrations: Sequence[Registration]) -> list[_Question]:
    """What is asked at each of these organisations, in the order of their ids: whoever takes the locks of several
    custodians, and whoever writes in their logs, goes by these."""
    found = sorted(outlines_at(registrations), key=lambda one: one.registration.tenant_id)
    asked = [
        ask(caller, where.tenant_id, where.person_id, purpose=None, interaction="chart")
        for where in (one.registration for one in found)
    ]
    return list(map(_Question, asked, circumstances_at(asked), found)) if asked else []


def _usual(category: str | None) -> tuple[list[str], Extent]:
    """Which categories, and how much of them. Raises UnknownCategory."""
    wanted = [vocabulary.category(category)] if category else list(vocabulary.CATEGORIES)
    return wanted, Extent(dict.fromkeys(vocabulary.CATEGORIES, ALONE if category else EACH))


def part(*, caller: Caller, tenant: UUID, person: UUID, category: str) -> tuple[Reach, Chart | Denied]:
    """One category as `chart` opens it, or its denial, and how far the caller's access reaches beside it.

    What is in force is looked up once for both. Raises UnknownPerson, UnknownCategory.
    """
    wanted, usual = _usual(category)
    with deciding(tenant):
        found = outline_of(person)
        asked = ask(caller, tenant, person, purpose=None, interaction="chart")
        under = circumstances(asked)
        far = reach_under(asked, under)
        (taken,) = _take([_Question(asked, under, found)], wanted, usual)
    try:
        return far, _opened(taken)
    except Denied as denied:
        return far, denied


def own_record(*, caller: Caller, tenant: UUID, category: str | None = None) -> Chart:
    """The patient's own record at one organisation: the law's layer lets her see all of it. Raises UnknownPerson."""
    if caller.person is None:
        raise UnknownPerson("This account is not linked to a patient. Ask the organisation to link it.")
    return chart(caller=caller.as_oneself(), tenant=tenant, person=caller.person, category=category)


def _take(questions: Sequence[_Question], wanted: Sequence[str], extent: Extent) -> list[_Taken]:
    """For one person: at one custodian, in its scope, or at several in the order of their ids, in the person's."""
    decided = [(each, *_decided(each, wanted)) for each in questions]
    permitted = {each.asked.tenant: one for each, _, one, _ in decided if one.groups}
    rows, more = _permitted_rows(questions[0].asked.person, permitted, extent)
    shown = [[row for row in rows if row.header.tenant == each.asked.tenant] for each in questions]
    answers = [
        Answer(each.asked, decisions, those)
        for (each, decisions, _, _), those in zip(decided, shown, strict=True)
    ]
    return [
        _Taken(
            asked=each.asked,
            registration=each.found.registration,
            wanted=wanted,
            shown=those,
            more={name for tenant, name in more if tenant == each.asked.tenant},
            counts=counts,
            entered=entered,
        )
        for (each, _, _, counts), those, entered in zip(
            decided, shown, enter_each(answers, categories=wanted), strict=True
        )
    ]


def _decided(question: _Question, wanted: Sequence[str]) -> tuple[Decisions, Permitted, Counter[str]]:
    """What may be seen of what is asked for, and how many of each category that is."""
    asked, under, found = question
    known = [group for group, _ in found.groups]
    with within_tenant(asked.tenant) if under.told else nullcontext():
        there = candidates(asked.person, CLINICAL, (), under.told, known=known)
    decisions = _decide(asked, under, wanted, there)
    return decisions, there.permitted(decisions), there.counts(decisions, found.groups)


def _opened(taken: _Taken) -> Chart:
    """The chart, after its entry has committed. Raises Denied."""
    entered, registration = taken.entered, taken.registration
    if not entered.decision.permitted:
        raise Denied(entered.decision, entered.promise)
    opened = release(taken.asked, taken.shown, entered.promise)
    by_place = {(record.type, record.id): record for record in opened.records}
    patient = by_place.get(("Patient", registration.patient))
    return Chart(
        patient=named(registration, patient.resource) if patient else unnamed(registration),
        sections=[_section(name, taken, by_place) for name in taken.wanted],
        decision=entered.decision,
        promise=entered.promise,
        tenant=taken.asked.tenant,
        counts=taken.counts,
        tampered=sorted({f"{row.header.type}/{row.header.id}" for row in opened.tampered}),
    )


def _decide(asked: Asked, under: Circumstances, wanted: Collection[str], there: Candidates) -> Decisions:
    """One decision call: for every kind of record that could be there, for what is there, and for the FHIR Patient,
    whose decision is among them if something wanted is permitted and the Patient is, too: for the head of the page."""
    facts = {group_facts(name, category) for category in wanted for name in categories.types_of(category)}
    facts |= {one for one in there.facts if one.category in wanted}
    head = next(one for one in there.facts if one.type == "Patient")
    decisions = decide(asked, {*facts, head}, under)
    parts = {group: one for group, one in decisions.by_group.items() if group.category in wanted}
    if cited(replace(decisions, by_group=parts)).permitted and decisions.of(head).permitted:
        return replace(decisions, by_group={**parts, head.group(decisions.told): decisions.of(head)})
    return replace(decisions, by_group=parts)


def _permitted_rows(person: UUID, permitted: Mapping[UUID, Permitted], extent: Extent) -> Newest:
    """In one statement, but for tenants where contracts name single records."""
    together = {tenant: one for tenant, one in permitted.items() if one.places is None}
    alone = [{tenant: one} for tenant, one in permitted.items() if one.places is not None]
    found = Newest([], set())
    for those_of in [together, *alone] if together else alone:
        groups = {tenant: one.groups for tenant, one in those_of.items()}
        under = [condition for one in those_of.values() for condition in one.conditions]
        rows, more = storage.newest(person, permitted=groups, extent=extent, conditions=under)
        found = Newest([*found.rows, *rows], found.more | more)
    return found


def _section(category: str, taken: _Taken, by_place: Mapping[tuple[str, str], Record]) -> Section:
    decisions = taken.entered.decisions
    within = {group: decision for group, decision in decisions.by_group.items() if group.category == category}
    decision = cited(replace(decisions, by_group=within))
    places = [(row.header.type, row.header.id) for row in taken.shown if row.header.category == category]
    return Section(
        category=category,
        title=CATEGORIES[category],
        permitted=decision.permitted,
        decision=decision,
        records=[by_place[place] for place in places if place in by_place],
        more=category in taken.more,
    )
