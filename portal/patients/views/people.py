"""People one looks after: whose records are shared with this account as a relative, and their records, to read."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from consent import selectors as consent
from portal.accounts import selectors as accounts
from portal.accounts.errors import UnknownPerson
from portal.design import duties
from portal.patients import cosigning, words
from portal.patients.door import Visitor, visitor
from portal.patients.pages import category_page, known_category, overview_page, skipped, test_page
from portal.patients.presenting import Addresses
from portal.patients.views.record import named
from portal.records.services import Chart, charts, looked_after, name_patients
from portal.staff.answering import FORM


@dataclass(frozen=True)
class Somebody:
    """A person whose record can be opened. `places`: who holds what is shared of it."""

    id: UUID
    name: str
    relation: str
    places: Sequence[str]
    here: bool = False
    decides: bool = False


@visitor(methods=FORM)
def people(who: Visitor) -> HttpResponseBase:
    """Choose whose record to see."""
    known = _known(who)
    if who.request.method == "POST":
        chosen = who.request.POST.get("person", "")
        if chosen == str(who.caller.person):
            return redirect("patients:record")
        if chosen in {str(each.id) for each in known}:
            return redirect("patients:their_record", chosen)
        raise UnknownPerson("Nobody of that name shares their record with you any more. Choose again.")
    second = cosigning.waiting_for(who.caller)
    tasks = cosigning.tasks(second, cosigning.names_for(second))
    return who.page("patients/people.html", {"here": "", "people": known, "tasks": tasks})


@visitor()
def overview(who: Visitor, person: UUID) -> HttpResponseBase:
    """Somebody's record, as far as they share it."""
    opened, context = _opened(who, person)
    page = overview_page(opened, Addresses(person, own=False), [place for place, _ in opened])
    return who.page("patients/record.html", {**page, **context})


@visitor()
def category(who: Visitor, person: UUID, category: str) -> HttpResponseBase:
    """One part of it."""
    skip = skipped(who.request)
    opened, context = _opened(who, person, known_category(category), skip)
    page = category_page(opened, Addresses(person, own=False, skip=skip), category)
    return who.page("patients/category.html", {**page, **context})


@visitor()
def test(who: Visitor, person: UUID, category: str, test: str) -> HttpResponseBase:
    """One test over time."""
    skip = skipped(who.request)
    opened, context = _opened(who, person, known_category(category), skip)
    page = test_page(opened, Addresses(person, own=False, skip=skip), category, test)
    return who.page("patients/category.html", {**page, **context})


def _opened(
    who: Visitor, person: UUID, category: str | None = None, skip: int = 0
) -> tuple[list[tuple[str, Chart]], dict[str, object]]:
    """What is shared of somebody's record, and whose it is. Raises UnknownPerson, Denied."""
    shared = consent.people_shared_with(who.caller.user, None)
    tenants = {each.tenant for each in shared if each.person == person}
    where = [each for each in accounts.registrations(person) if each.tenant_id in tenants] if tenants else []
    found = charts(caller=who.caller, registrations=where, category=category, skip=skip)
    opened = named(where, found.opened)
    if not opened:
        raise UnknownPerson("This record is not shared with you. Ask the person to share it.")
    first = opened[0][1]
    name = first.patient.name  # only if they share their demographics, too
    if not name:
        known = name_patients(caller=who.caller, tenant=first.tenant, people=[person])
        name = words.name(known[person].name if person in known else "")
    whose = {"name": name, "own": False}
    owed = {duty for _, one in opened for duty in one.decision.duties}
    said: dict[str, object] = {
        "person": whose,
        "people_url": reverse("patients:people"),
        "owed": duties.sentences(owed),
    }
    return opened, said


def _known(who: Visitor) -> list[Somebody]:
    """Oneself first, then everybody who shares their record with this account as a relative."""
    own, shared = who.caller.person, looked_after(caller=who.caller)
    names = accounts.organisation_names(tenant for each in shared for tenant, _ends in each.places)
    known = [
        Somebody(
            each.person,
            words.name(each.patient.name if each.patient else ""),
            _("Lets you decide") if each.delegations else _("Shares with you"),
            [names[tenant] for tenant, _ends in each.places],
            decides=bool(each.delegations),
        )
        for each in shared
    ]
    if own is None:
        return known
    mine = [each.tenant.name for each in who.registrations]
    return [Somebody(own, who.caller.name, _("You"), mine, here=True), *known]
