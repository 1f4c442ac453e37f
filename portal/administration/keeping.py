"""Keys and witnesses of an organisation's log: how they are, what to do where something is amiss, and the few changes
that a page may make. The others are commands for the operator, who has the node's key."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from ledger import log_witnesses
from ledger import selectors as ledger
from ledger.errors import FormatError, OutboundRefused, UnknownWitness
from ledger.scope import tenant_scope
from portal.accounts.confirming import confirmation_required
from portal.accounts.models import Role
from portal.administration import keepsakes
from portal.administration.forms import AddWitness, ChooseQuorum
from portal.design.refusals import said
from portal.staff.answering import ACT, FORM
from portal.staff.desk import Desk, desk


@desk(Role.ADMINISTRATOR)
def keys(desk: Desk) -> HttpResponseBase:
    """What signs, what seals, who watches."""
    return _page(desk, AddWitness())


@confirmation_required
@desk(Role.ADMINISTRATOR, methods=ACT)
def add_witness(desk: Desk) -> HttpResponseBase:
    """Ask another witness from the next checkpoint on. Who they are has been confirmed just before."""
    form = AddWitness(desk.request.POST)
    if form.is_valid():
        try:
            with tenant_scope(desk.place.id):
                log_witnesses.add_witness(**form.cleaned_data, actor=desk.caller.user)
        except OutboundRefused as error:
            form.add_error("url", said(error))
        except FormatError as error:
            form.add_error("vkey", said(error))
        else:
            messages.success(desk.request, _("The witness is asked from the next checkpoint on."))
            return redirect("administration:keys", desk.place.slug)
    return _page(desk, form, status=422)


@confirmation_required
@desk(Role.ADMINISTRATOR, methods=FORM)
def remove_witness(desk: Desk) -> HttpResponseBase:
    """Ask once more, then ask it no more. Its name is posted or in the query: it holds slashes."""
    name = desk.request.POST.get("name") or desk.request.GET.get("name", "")
    with tenant_scope(desk.place.id):
        if name not in {each.name for each in ledger.witnesses()}:
            raise UnknownWitness("The log has no witness of that name.")
    if desk.request.method != "POST":
        return desk.page("administration/witness_remove.html", {"here": "keys", "name": name})
    try:
        with tenant_scope(desk.place.id):
            log_witnesses.remove_witness(name, actor=desk.caller.user)
    except FormatError as error:
        messages.error(desk.request, said(error))
    else:
        messages.success(desk.request, _("It is asked no more. What it cosigned stays."))
    return redirect("administration:keys", desk.place.slug)


@confirmation_required
@desk(Role.ADMINISTRATOR, methods=ACT)
def quorum(desk: Desk) -> HttpResponseBase:
    """How many witnesses must cosign."""
    form = ChooseQuorum(desk.request.POST)
    if not form.is_valid():
        return _page(desk, AddWitness(), quorum=form, status=422)
    try:
        with tenant_scope(desk.place.id):
            log_witnesses.set_quorum(form.cleaned_data["count"], actor=desk.caller.user)
    except FormatError as error:
        form.add_error("count", said(error))
        return _page(desk, AddWitness(), quorum=form, status=422)
    messages.success(desk.request, _("That is in force. The change stands in the log."))
    return redirect("administration:keys", desk.place.slug)


def _page(
    desk: Desk, form: AddWitness, *, quorum: ChooseQuorum | None = None, status: int = 200
) -> HttpResponseBase:
    with tenant_scope(desk.place.id):
        kept = keepsakes.kept(desk.place)
    context = {
        "here": "keys",
        "kept": kept,
        "form": form,
        "quorum": quorum or ChooseQuorum(initial={"count": kept.quorum}),
    }
    return desk.page("administration/keys.html", context, status=status)
