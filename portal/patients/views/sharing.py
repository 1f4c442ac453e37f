"""Sharing: who may look, what is asked for, one contract, and stopping it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from consent import selectors as consent
from consent import services
from consent.errors import ContractEnded, ContractNotWaiting, RequestClosed
from consent.sentence import Display
from consent.standing_refusals import giving_way
from ledger.scope import party_scope, tenant_scope
from portal.accounts import selectors as accounts
from portal.design.refusals import said
from portal.design.shapes import Fact
from portal.patients import contracts, drafts, looks, part2
from portal.patients.contracts import RUNNING
from portal.patients.door import Visitor, patient
from portal.patients.lives import facts_of, life_of
from portal.patients.visits import visits_of
from portal.staff.answering import ACT, FORM


@patient()
def sharing(who: Visitor) -> HttpResponseBase:
    """Every contract, what runs first, by who holds the records; and what is asked for."""
    with party_scope(who.person):
        rows = consent.contracts_of_person(who.person)
        asked = consent.requests_of_person(who.person)
    names = contracts.names_for([*rows, *asked])
    shown = [(row.tenant_id, contracts.shown(row, names)) for row in rows]
    running = [(tenant, each) for tenant, each in shown if each.state in RUNNING]
    places = {each.tenant_id: each.tenant.name for each in who.registrations}
    context = {
        "here": "sharing",
        "places": [
            (name, [each for at, each in running if at == tenant])
            for tenant, name in places.items()
            if any(at == tenant for at, _ in running)
        ],
        "requests": [contracts.task(row, names) for row in asked],
        "ended": [each for _, each in shown if each.state not in RUNNING],
        "emergency_places": list(places.values()),
    }
    return who.page("patients/sharing.html", context)


@patient()
def guardians(who: Visitor) -> HttpResponseBase:
    """Who may read for one, on one's behalf."""
    with party_scope(who.person):
        rows = [row for row in consent.contracts_of_person(who.person) if row.grantee_kind == "person"]
    names = contracts.names_for(rows)
    shown = [contracts.shown(row, names) for row in rows]
    context = {
        "here": "sharing",
        "running": [each for each in shown if each.state in RUNNING],
        "ended": [each for each in shown if each.state not in RUNNING],
    }
    return who.page("patients/guardians.html", context)


@patient()
def contract(who: Visitor, contract: UUID) -> HttpResponseBase:
    """One contract: its sentence, its code, its life and its uses."""
    with party_scope(who.person):
        row = consent.contract(contract, person=who.person)
    names = contracts.names_for([row])
    with tenant_scope(row.tenant_id):
        life, yields = life_of(row), bool(giving_way([row]))
    where = [each for each in who.registrations if each.tenant_id == row.tenant_id]
    uses = [look for look in looks.newest(who.caller, where).looks if look.access.contract == row.id]
    shown = contracts.shown(row, names, code=True)
    context = {
        "here": "sharing",
        "contract": shown,
        "facts": facts_of(row, life, custodian=names[row.tenant_id], slug=where[0].tenant.slug),
        "links": visits_of(uses, reader=who.caller.user),
        "yields_at": names[row.tenant_id] if yields else "",
        "part2": _part2(who, row, shown.grantee, names[row.tenant_id]),
        "signed_now": who.request.GET.get("signed") == "1" and shown.state == "active",
    }
    return who.page("patients/contract.html", context)


def _part2(who: Visitor, row: Any, grantee: str, custodian: str) -> list[Fact]:
    """What the law asks of it, if it is a consent of ours under 42 CFR Part 2."""
    if not row.terms.get("redisclosure"):
        return []
    terms = consent.terms_of(row)
    place = terms.grantee.organisation
    at = accounts.names_of(set(), {place}).get(place, "") if place else ""
    display = Display(grantee, custodian, at)
    return part2.facts(terms, display, patient=who.caller.name, signed=row.signed_at, template=row.template)


@patient()
def change(who: Visitor, contract: UUID) -> HttpResponseBase:
    """Begin with what this contract says: what is signed then takes its place, and until then it holds."""
    with party_scope(who.person):
        row = consent.contract(contract, person=who.person)
    shown = contracts.shown(row, contracts.names_for([row]))
    if not shown.change_url:
        return redirect("patients:contract", contract)
    slugs = {each.tenant_id: each.tenant.slug for each in who.registrations}
    drafts.save(who.request, drafts.of_contract(row, where=slugs[row.tenant_id]))
    return redirect("patients:grant_check")


@patient(methods=ACT)
def resume(who: Visitor, contract: UUID) -> HttpResponseBase:
    """Let a paused contract go on. A second time changes nothing."""
    with party_scope(who.person):
        row = consent.contract(contract, person=who.person)
    try:
        with tenant_scope(row.tenant_id):
            services.resume(contract=contract, actor=who.caller.user, person=who.person)
    except (ContractEnded, ContractNotWaiting) as error:
        messages.info(who.request, said(error))
    else:
        messages.success(who.request, _("It goes on as it was signed."))
    return redirect("patients:contract", contract)


@patient(methods=FORM)
def stop(who: Visitor, contract: UUID) -> HttpResponseBase:
    """Ask once more, then stop. A second time changes nothing."""
    with party_scope(who.person):
        row = consent.contract(contract, person=who.person)
    names = contracts.names_for([row])
    shown = contracts.shown(row, names)
    if who.request.method != "POST":
        if shown.state not in RUNNING:
            return redirect("patients:contract", contract)
        return who.page("patients/stop.html", {"here": "sharing", "contract": shown})
    try:
        with tenant_scope(row.tenant_id):
            services.revoke(contract=contract, actor=who.caller.user, person=who.person)
    except ContractEnded:
        messages.info(who.request, _("This sharing had ended already."))
    else:
        said = _("You stopped sharing with %(who)s. They have no access any more.") % {"who": shown.grantee}
        messages.success(who.request, said)
    return redirect("patients:sharing")


@patient()
def asked(who: Visitor, request_id: UUID) -> HttpResponseBase:
    """What a clinician asks for, to approve, narrow or decline."""
    with party_scope(who.person):
        row = consent.request(request_id, person=who.person)
    names = contracts.names_for([row])
    with tenant_scope(row.tenant_id):
        message = consent.message_of(row)
    context = {
        "here": "sharing",
        "asker": names.get(row.requester, ""),
        "place": names.get(row.organisation or row.tenant_id, ""),
        "message": message,
        "facts": contracts.asked_facts(row, names),
        "closed": row.state != "open",
        "approve_url": reverse("patients:request_approve", args=[row.id]),
        "decline_url": reverse("patients:request_decline", args=[row.id]),
    }
    return who.page("patients/request.html", context)


@patient(methods=ACT)
def approve(who: Visitor, request_id: UUID) -> HttpResponseBase:
    """Begin to share, with the answers that were asked for; each can still be changed."""
    with party_scope(who.person):
        row = consent.request(request_id, person=who.person)
    if row.state != "open":
        raise RequestClosed("You have answered this request already.")
    slugs = {each.tenant_id: each.tenant.slug for each in who.registrations}
    places = {place.id: place.slug for place in accounts.organisations()}
    draft = drafts.Draft(
        where=[slugs[row.tenant_id]],
        kind="clinician",
        email=accounts.user(row.requester).email,
        organisation=places.get(row.organisation, "") if row.organisation else "",
        what=list(row.categories),
        why=list(row.purposes),
        until=contracts.last_day(row.ends).isoformat(),
        request=str(row.id),
        request_at=slugs[row.tenant_id],
        asked=list(row.categories),
    )
    drafts.save(who.request, draft)
    return redirect("patients:grant_check")


@patient(methods=ACT)
def decline(who: Visitor, request_id: UUID) -> HttpResponseBase:
    """Answer no. A second time changes nothing."""
    with party_scope(who.person):
        row = consent.request(request_id, person=who.person)
    try:
        with tenant_scope(row.tenant_id):
            services.decline_request(request=request_id, actor=who.caller.user, person=who.person)
    except RequestClosed:
        messages.info(who.request, _("You have answered this request already."))
    else:
        messages.success(who.request, _("You declined the request. Nothing was shared."))
    return redirect("patients:sharing")
