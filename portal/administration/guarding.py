"""Who may decide about sharing for a patient of this organisation; its privacy officer may pause that and let it go on.

45 CFR 164.502(g)(5): an organisation need not treat somebody as the representative where that would endanger her.
"""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from consent.errors import ContractEnded, ContractNotWaiting
from consent.services import resume, suspend
from ledger.scope import tenant_scope
from portal.accounts.models import Role
from portal.design.refusals import said
from portal.records.services import guardians_of
from portal.staff.answering import ACT
from portal.staff.desk import Desk, desk


@desk(Role.PRIVACY_OFFICER)
def guardians(desk: Desk) -> HttpResponseBase:
    """Every delegation that holds or rests."""
    shown = guardians_of(desk.place.id)
    return desk.page("administration/guardians.html", {"here": "guardians", "delegations": shown})


@desk(Role.PRIVACY_OFFICER, methods=ACT)
def pause(desk: Desk, contract: UUID) -> HttpResponseBase:
    """Pause a delegation. What the guardian granted before goes on; the patient can stop it."""
    return _changed(desk, contract, paused=True)


@desk(Role.PRIVACY_OFFICER, methods=ACT)
def go_on(desk: Desk, contract: UUID) -> HttpResponseBase:
    """Let a delegation go on."""
    return _changed(desk, contract, paused=False)


def _changed(desk: Desk, contract: UUID, *, paused: bool) -> HttpResponseBase:
    try:
        with tenant_scope(desk.place.id):
            (suspend if paused else resume)(contract=contract, actor=desk.caller.user)
    except (ContractEnded, ContractNotWaiting) as error:
        messages.info(desk.request, said(error))
    else:
        done = (
            _("Paused. They decide nothing now, and what they opened to others is closed.")
            if paused
            else _("It goes on as it was signed.")
        )
        messages.success(desk.request, done)
    return redirect("administration:guardians", desk.place.slug)
