"""References are checked: what a record that is written refers to is kept here, in the same record or the directory.

Asked only after the write was permitted, and told only as far as the writer may read: types of which he may read
nothing are not checked, and a record that he may not read is not there. What stands in somebody else's record is
referred to by who may read it there too, and he is warned (`elsewhere`). References to people (Patient, RelatedPerson)
are not checked: they may be of another record, and every answer would tell of somebody who was not asked about. What a
record said before, it may go on saying.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any
from uuid import UUID

from django.db import connection

from ledger.scope import current_tenant
from portal.records import index
from portal.records.access import Learned, circumstances, decide, enter, facts_of, group_facts
from portal.records.changes import Place, Warned
from portal.records.elsewhere import readable_elsewhere
from portal.records.errors import ReferenceUnresolved
from portal.records.judging import Item, Verdict
from portal.records.kinds import DIRECTORY, KINDS
from portal.records.links import with_links
from portal.records.preparing import within
from portal.records.sealed import Header

# `Type/id` of this server, whatever version or part of it is named.
_LOCAL = re.compile(
    r"([A-Z][A-Za-z]{0,63})/([A-Za-z0-9\-.]{1,64})(?:/_history/[A-Za-z0-9\-.]{1,64})?(?:#|\Z)"
)

_WRITTEN = re.compile(
    r'"reference"[ \t\r\n]*:[ \t\r\n]*"'
    r'([A-Z][A-Za-z]{0,63})/([A-Za-z0-9\-.]{1,64})(?:/_history/[A-Za-z0-9\-.]{1,64})?["#]'
)
_CHECKED = frozenset(KINDS) - {"Patient", "RelatedPerson"}
# What a record consists of, or takes the place of, is shown as hers wherever it is shown, so it has to be hers.
_OWN = re.compile(r"\.(result|hasMember|replaces|relatesTo|priorPrescription)\b")

# Those of the places that are there, of these persons or in the directory.
THERE = """
SELECT r.person, r.type, r.fhir_id, r.version, r.category, r.labels, r.date, r.until, r.author
FROM unnest(%s::text[], %s::text[]) AS w(type, fhir_id)
JOIN records_resource r ON r.tenant_id = %s AND r.type = w.type AND r.fhir_id = w.fhir_id
WHERE NOT r.deleted AND (r.person IS NULL OR r.person = ANY(%s))
"""
SAID = "SELECT digest FROM records_token WHERE tenant_id = %s AND resource = %s AND digest = ANY(%s)"


@dataclass(frozen=True, slots=True)
class Reference:
    """What a resource refers to, in which words, and by which element."""

    place: Place
    text: str
    expression: str


@dataclass(frozen=True, slots=True)
class _Made:
    """A reference that a change makes."""

    item: Item
    to: Reference


def references_of(value: Any, expression: str) -> Iterator[Reference]:
    """Every reference in a resource, and in what it contains, to types that are kept here; none to people."""
    if isinstance(value, dict):
        text = value.get("reference")
        if isinstance(text, str) and (found := _LOCAL.match(text)) and found[1] in _CHECKED:
            yield Reference((found[1], found[2]), text, f"{expression}.reference")
        for name, child in value.items():
            if isinstance(child, dict | list):
                yield from references_of(child, f"{expression}.{name}")
    else:
        for place, child in enumerate(value):
            if isinstance(child, dict | list):
                yield from references_of(child, f"{expression}[{place}]")


def places_in(text: str) -> Iterator[Place]:
    """As `references_of`, from the text of a resource and without the elements: for many resources at once."""
    for match in _WRITTEN.finditer(text):
        if match[1] in _CHECKED:
            yield match[1], match[2]


@dataclass
class Elsewhere:
    """References into other people's records that stand: what warns of them, by the index of the change, and what
    enters in those records that they were looked at. Nothing leads to what is `gone` by the same write."""

    gone: frozenset[Place] = frozenset()
    warnings: dict[int, list[Warned]] = field(default_factory=dict)
    entering: Learned = field(default_factory=list)

    def warn(self, one: _Made) -> None:
        """Of a reference that stands."""
        sentence = (
            f"{one.to.expression} leads to {'/'.join(one.to.place)}, which is in somebody else's record. "
            "It was stored as it was sent; see that it is no mistake."
        )
        warned = Warned("reference-elsewhere", sentence, one.to.expression)
        self.warnings.setdefault(one.item.index, []).append(warned)


def refuse_missing(items: Sequence[Item], verdicts: Sequence[Verdict], learned: Learned) -> Elsewhere:
    """Raise ReferenceUnresolved for a reference that leads nowhere. In the transaction that permitted the write.

    `learned` is added to by what enters that this was asked of a record, which the refusal tells.
    """
    elsewhere = Elsewhere(frozenset(item.change.place for item in items if item.prepared is None))
    made = [
        _Made(item, one)
        for item in items
        if item.prepared
        for one in references_of(item.prepared.resource, item.prepared.type)
    ]
    if not made:
        return elsewhere
    written = {item.change.place: item.person for item in items if item.prepared}
    there = _there({one.to.place for one in made}, [verdict.asked.person for verdict in verdicts])
    for place in elsewhere.gone:
        there.pop(place, None)

    def leads(one: _Made) -> bool:
        if one.to.place in written:
            whose = written[one.to.place]
            if whose in (None, one.item.person):
                return True
            if one.item.person and not _OWN.search(
                one.to.expression
            ):  # whoever writes it knows that it is there
                elsewhere.warn(one)
                return True
        return one.to.place in there and there[one.to.place].person is None

    open_ones = [one for one in made if not leads(one)]
    for verdict in verdicts:
        person = verdict.asked.person
        lost = _not_read(verdict, [one for one in open_ones if one.item.person == person], there, learned)
        _refuse(_not_elsewhere(verdict, [one for one in lost if not _said_before(one)], elsewhere, learned))
    # What the directory says of somebody's record is not checked: it is not read for her.
    lost = [one for one in open_ones if one.item.person is None and one.to.place[0] in DIRECTORY]
    _refuse([one for one in lost if not _said_before(one)])
    return elsewhere


def _there(places: set[Place], persons: list[UUID]) -> dict[Place, Header]:
    with connection.cursor() as cursor:
        tenant = current_tenant()
        cursor.execute(THERE, [[kind for kind, _ in places], [key for _, key in places], tenant, persons])
        rows = cursor.fetchall()
    return {
        (kind, key): Header(tenant, person, kind, key, version, category, tuple(labels), *rest)
        for person, kind, key, version, category, labels, *rest in rows
    }


def _not_read(
    verdict: Verdict, made: Sequence[_Made], there: dict[Place, Header], learned: Learned
) -> list[_Made]:
    """Those of one person's that the writer cannot follow, although he may read something of the type."""
    if not made or verdict.decisions is None:  # who is registered by this very write has nothing else here
        return list(made)
    person = verdict.asked.person
    asked = replace(verdict.asked, action="read", interaction="read")
    under = circumstances(asked)
    headers = [there[place] for place in {one.to.place for one in made} if place in there]
    single = with_links(person, [facts_of(one) for one in headers if one.person == person], under.told)
    kinds = {one.to.place[0] for one in made} - DIRECTORY
    groups = {group_facts(kind, category) for kind in kinds for category in KINDS[kind].categories}
    decided = decide(asked, [*groups, *single], under)
    readable = {(one.type, one.id) for one in single if decided.of(one).permitted}
    told = {one for one in groups if decided.of(one).permitted}
    checked = {one.type for one in told}
    if told:
        learned.append(partial(enter, asked, decided, [], categories={one.category for one in told}))
    return [one for one in made if one.to.place not in readable and one.to.place[0] in checked | DIRECTORY]


def _not_elsewhere(
    verdict: Verdict, made: Sequence[_Made], elsewhere: Elsewhere, learned: Learned
) -> list[_Made]:
    """Those that lead to nothing in anybody else's record that the writer may read; `elsewhere` takes the others."""
    asked = {one.to.place for one in made if not _OWN.search(one.to.expression)}
    found = readable_elsewhere(verdict.asked, asked - elsewhere.gone, learned, elsewhere.entering)
    lost = []
    for one in made:
        if one.to.place not in found or _OWN.search(one.to.expression):
            lost.append(one)
        else:
            elsewhere.warn(one)
    return lost


def _refuse(made: Sequence[_Made]) -> None:
    for one in made[:1]:
        kind, key = one.to.place
        sentence = (
            f"{one.to.expression} leads to {kind}/{key}, which is not in this record here, nor in the directory, "
            "as far as you may see. Nothing was stored. Store it first or in the same transaction."
        )
        assert one.item.prepared  # noqa: S101 - it refers
        raise within(one.item.prepared.entry, ReferenceUnresolved(sentence, expression=one.to.expression))


def _said_before(one: _Made) -> bool:
    """Whether the version before this one refers to the same, which the index knows without opening it."""
    if one.item.row is None:
        return False
    tenant, kind = current_tenant(), one.item.change.type
    key = index.key_for(kind, tenant=tenant, person=one.item.person)
    digest = index.digest(key, kind, index.LINK, one.to.text)
    with connection.cursor() as cursor:
        cursor.execute(SAID, [tenant, one.item.row, [digest]])
        return cursor.fetchone() is not None
