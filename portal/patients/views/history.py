"""Who has looked: the list, its newest lines for the live page, one line with its proof, and its receipt."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from ledger import selectors as ledger
from ledger.errors import NotYetSequenced
from ledger.scope import tenant_scope
from portal.accounts.errors import UnknownTenant
from portal.accounts.models import Registration
from portal.cases import selectors as cases
from portal.cases.accesses import is_askable
from portal.patients import chain, looks
from portal.patients.asking import by_entry, places_of, put
from portal.patients.door import Visitor, patient
from portal.patients.filtering import Filter, people_of
from portal.patients.lines import facts_of, link_of
from portal.patients.visits import days_of, visits_of
from portal.records.services import own_entry

RECEIPT_WAIT_SECONDS = 3.0


@patient()
def history(who: Visitor) -> HttpResponseBase:
    """A page of visits, newest first. Only the first one is live."""
    cursor = who.request.GET.get("before", "")
    chosen = Filter(who.request.GET, who.registrations, who.person)
    wanted = chosen.wanted
    rows = cases.cases_of_person(who.person)
    page = looks.newest(who.caller, who.registrations, cursor=cursor, wanted=wanted)
    chosen.offer_people(people_of(page.read, besides=who.caller.user))
    visits = visits_of(page.looks, reader=who.caller.user, asked=by_entry(rows))
    live = not cursor and not wanted
    context = {
        "filters": chosen,
        "filtered": chosen.says,
        "here": "history",
        "days": days_of(visits),
        "visits": len(visits),
        "more_url": _later(who, page.older) if page.older else "",
        "live_src": reverse("patients:history_lines") if live else "",
        "newest_url": reverse("patients:history") if cursor else "",
        "chain": chain.sealed_until(page.looks),
        "someone": any(visit.state == "open" for visit in visits),
        "last": page.last,
    }
    return who.page("patients/history.html", context)


@patient()
def lines(who: Visitor) -> HttpResponseBase:
    """The top of the list as list items, for live.js."""
    rows = cases.cases_of_person(who.person)
    page = looks.newest(who.caller, who.registrations)
    days = days_of(visits_of(page.looks, reader=who.caller.user, asked=by_entry(rows)))
    return render(who.request, "components/looks.html", {"days": days})


@patient()
def entry(who: Visitor, tenant: str, entry: UUID) -> HttpResponseBase:
    """One line with its proof, checked now."""
    where = place_of(who, tenant)
    with tenant_scope(where.tenant_id):
        found = own_entry(entry, person=who.person)
        proof = _proof(entry)
        log = ledger.log_status()
    row = by_entry(cases.cases_of_person(who.person)).get(entry)
    context: dict[str, Any] = {
        "here": "history",
        "holder": where.tenant.name,
        "link": link_of(found, where, reader=who.caller.user),
        "question_url": reverse("patients:question", args=[tenant, entry])
        if row is None and is_askable(found, asker=who.caller.user)
        else "",
        "asked": put(row, places_of(who.registrations)) if row else None,
        "facts": facts_of(found, where, log),
        "checks": chain.checks_of(found, proof, log),
        "path": chain.path_of(proof) if proof else None,
        "receipt_url": reverse("patients:receipt", args=[tenant, entry]) if proof else "",
        "says_how": f"python -m ledger.verify {_file_name(tenant, entry)} \\\n  --vkey '{log.vkey}'"
        if proof
        else "",
    }
    return who.page("patients/entry.html", context)


@patient()
def receipt(who: Visitor, tenant: str, entry: UUID) -> HttpResponseBase:
    """The receipt of one line as a file: proof without trusting this node."""
    where = place_of(who, tenant)
    with tenant_scope(where.tenant_id):
        own_entry(entry, person=who.person)
    ledger.await_checkpoint(entry, tenant=where.tenant_id, seconds=RECEIPT_WAIT_SECONDS)
    with tenant_scope(where.tenant_id):
        text = ledger.receipt(entry)
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{_file_name(tenant, entry)}"'
    return response


def _later(who: Visitor, cursor: str) -> str:
    """The same list, further down."""
    asked = {name: value for name, value in who.request.GET.items() if name in Filter.base_fields and value}
    return f"{reverse('patients:history')}?{urlencode({**asked, 'before': cursor})}"


def place_of(who: Visitor, slug: str) -> Registration:
    """Where the line stands. One who is no patient there learns no more than that there is nothing."""
    for each in who.registrations:
        if each.tenant.slug == slug:
            return each
    raise UnknownTenant("There is nothing of yours at this address. Look at your history.")


def _proof(entry: UUID) -> ledger.Proof | None:
    try:
        return ledger.proof(entry)
    except NotYetSequenced:
        return None


def _file_name(tenant: str, entry: UUID) -> str:
    return f"{tenant}-{str(entry)[:8]}.tlog-proof"
