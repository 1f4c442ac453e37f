"""Deciding about the sharing of somebody who let one: what one granted for them, granting, and stopping it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from consent.errors import ContractEnded
from portal.design.shapes import Contract
from portal.patients import contracts, drafts, words
from portal.patients.contracts import RUNNING
from portal.patients.door import Visitor, visitor
from portal.records.services import Acting, acting_for, granted_for, stop_for
from portal.staff.answering import ACT


@visitor()
def sharing(who: Visitor, person: UUID) -> HttpResponseBase:
    """What one may decide, and what one decided. Other contracts of the person are not one's to see."""
    acting = acting_for(caller=who.caller, person=person)
    rows = granted_for(caller=who.caller, acting=acting)
    names = contracts.names_for([*acting.delegations, *rows])
    context = {
        **whose(acting),
        "here": "",
        "delegations": [(contracts.shown(each, names), names[each.tenant_id]) for each in acting.delegations],
        "running": [each for each in _shown(rows, names) if each.state in RUNNING],
        "ended": [each for each in _shown(rows, names) if each.state not in RUNNING],
        "person_id": person,
    }
    return who.page("patients/their_sharing.html", context)


@visitor(methods=ACT)
def begin(who: Visitor, person: UUID) -> HttpResponseBase:
    """Begin to share for them."""
    acting = acting_for(caller=who.caller, person=person)
    slugs = [each.tenant.slug for each in acting.registrations]
    draft = drafts.Draft(
        where=slugs if len(slugs) == 1 else (), acting=str(person), kinds=["clinician", "organisation"]
    )
    drafts.save(who.request, draft)
    return redirect("patients:grant_step", draft.open_step)


@visitor(methods=ACT)
def stop(who: Visitor, person: UUID, contract: UUID) -> HttpResponseBase:
    """Stop what one granted for them. A second time changes nothing."""
    try:
        stop_for(caller=who.caller, person=person, contract=contract)
    except ContractEnded:
        messages.info(who.request, _("This sharing had ended already."))
    else:
        messages.success(who.request, _("You stopped this sharing. They have no access any more."))
    return redirect("patients:their_sharing", person)


def whose(acting: Acting) -> dict[str, object]:
    """For the line under the head of the page: whose record it is."""
    return {"person": {"name": words.name(acting.name), "own": False}}


def _shown(rows: list[contracts.Row], names: contracts.Names) -> list[Contract]:
    return [contracts.shown(row, names) for row in rows]
