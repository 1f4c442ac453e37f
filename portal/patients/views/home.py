"""Home: what needs the patient, who is looking now, who has looked."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render

from consent import selectors as consent
from consent.standing_refusals import NOT_OVER, giving_way
from ledger.scope import party_scope
from portal.cases import selectors as cases
from portal.patients import contracts, cosigning
from portal.patients import looks as lists
from portal.patients.asking import by_entry, places_of, tasks
from portal.patients.chain import sealed_until
from portal.patients.door import Visitor, patient, visitor
from portal.patients.presenting import Addresses, all_parts
from portal.patients.visits import nameless, others, visits_of
from portal.smart import services as smart

FEW = 4
ASKED_FOR = ("conditions", "medicines", "allergies", "lab-results", "visits")


@patient()
def home(who: Visitor) -> HttpResponseBase:
    """A patient's home; the door sends on whoever only works here."""
    with party_scope(who.person):
        asked = consent.requests_of_person(who.person)
        standing = consent.contracts_of_person(who.person, states=NOT_OVER)
        yielding = {row.tenant_id for row in giving_way(standing)}
    rows = cases.cases_of_person(who.person)
    page = lists.newest(who.caller, who.registrations)
    second = cosigning.waiting_for(who.caller)
    people, places = nameless(page.looks)
    people |= {row.grantor for row in second}
    names = contracts.names_for(asked, people=people, places=places | {row.tenant_id for row in second})
    visits = visits_of(page.looks, reader=who.caller.user, asked=by_entry(rows), names=names)
    links = others(visits)[:FEW]
    context = {
        "here": "home",
        "first_name": who.caller.name.partition(" ")[0],
        "tasks": [
            *cosigning.tasks(second, names),
            *(contracts.task(row, names) for row in asked),
            *tasks(rows, places_of(who.registrations)),
        ],
        "yielding": [each.tenant.name for each in who.registrations if each.tenant_id in yielding],
        "links": links,
        "viewing": len({link.who for link in links if link.state == "open"}),
        "parts": [part for part in all_parts(Addresses(who.person, own=True)) if part.slug in ASKED_FOR],
        "sharing": _numbers(consent.viewers(standing)),
        "apps": smart.connections_of(who.caller.user),
        "chain": sealed_until(page.looks),
        "last": page.last,
    }
    return who.page("patients/home.html", context)


@visitor()
def looks(who: Visitor) -> HttpResponseBase:
    """The newest visits as list items, for live.js: what the list on the home page would show now."""
    if who.caller.person is None:
        return HttpResponse()
    rows = cases.cases_of_person(who.person)
    page = lists.newest(who.caller, who.registrations)
    links = others(visits_of(page.looks, reader=who.caller.user, asked=by_entry(rows)))[:FEW]
    return render(who.request, "components/looks.html", {"links": links})


def _numbers(viewers: list[Any]) -> Mapping[str, int]:
    """How many people, and how many places, can look; applications are listed by name."""
    people = {viewer.grantee for viewer in viewers if viewer.grantee_kind in ("practitioner", "person")}
    apps = {viewer.grantee for viewer in viewers if viewer.grantee_kind == "application"}
    everybody = {viewer.grantee for viewer in viewers}
    return {"people": len(people), "places": len(everybody - people - apps)}
