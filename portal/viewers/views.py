"""Pages of whoever holds a share code: knock, wait for the patient's word, read, until it ends."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.core.ratelimit import consume
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from consent import services as consent
from consent.errors import ShareCodeRefused
from portal.charting.cards import card
from portal.design.refusals import said
from portal.design.shapes import Part
from portal.records.services import born_on, chart
from portal.staff.answering import DOMAIN_ERRORS, FORM
from portal.staff.refusals import refusal
from portal.viewers import door, forms, presenting

# Every answer to a code comes after this long, so that its time does not say how far the code was right.
EVEN_SECONDS = 0.5
View = Callable[..., HttpResponseBase]


def private(view: View) -> View:
    """No cache keeps the page; refusals of the domain are pages."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            response = view(request, *args, **kwargs)
        except DOMAIN_ERRORS as error:
            response = refusal(request, error, back_url=request.path)
        response.headers["Cache-Control"] = "no-store"
        return response

    return answered


@require_http_methods(list(FORM))
@private
def knock(request: HttpRequest) -> HttpResponseBase:
    """The code, the birth date, and who asks. Whatever was wrong, the answer is the same."""
    form = forms.Knock(request.POST or None)
    if form.is_valid():
        if not consume(request, action="share"):
            form.add_error(None, _("Too many codes were tried from here. Wait a minute and try again."))
        elif _let_wait(request, form):
            return redirect("viewers:waiting")
    status = 422 if form.is_bound else 200
    return render(request, "viewers/knock.html", {"form": form}, status=status)


@require_safe
@private
def waiting(request: HttpRequest) -> HttpResponseBase:
    """Until the patient says yes or no; and, when it is over, that it is."""
    viewer = door.viewer_of(request)
    if viewer is None:
        return redirect("viewers:knock")
    if viewer.viewing.state == "admitted":
        return redirect("viewers:record", viewer.viewing.categories[0])
    return render(request, "viewers/waiting.html", {"state": viewer.viewing.state})


@require_safe
@private
def record(request: HttpRequest, category: str) -> HttpResponseBase:
    """One of the parts that the patient chose. Reading it is an access like any other, and stands in the ledger."""
    viewer = door.viewer_of(request)
    if viewer is None or viewer.viewing.state != "admitted":
        return redirect("viewers:waiting")
    if category not in viewer.viewing.categories:
        raise Http404
    caller, person = viewer.caller(request), viewer.viewing.person
    opened = chart(caller=caller, tenant=viewer.knock.tenant, person=person, category=category)
    (section,) = opened.sections
    context = {
        "state": viewer.viewing.state,
        "patient": opened.patient,
        "title": presenting.part(category),
        "parts": [
            Part(slug=slug, name=presenting.part(slug), url=presenting.address(slug), here=slug == category)
            for slug in viewer.viewing.categories
        ],
        "items": [card(each.resource) for each in section.records],
        "more": section.more,
    }
    return render(request, "viewers/record.html", context)


@require_safe
@private
def standing(request: HttpRequest) -> HttpResponseBase:
    """Asked by open pages again and again: nothing while it stands as `known`, else that the page be asked anew."""
    viewer = door.viewer_of(request)
    state = viewer.viewing.state if viewer else "ended"
    if state == request.GET.get("known"):
        return HttpResponse(status=204)
    return HttpResponse(headers={"HX-Refresh": "true"})


def _let_wait(request: HttpRequest, form: forms.Knock) -> bool:
    given, began = form.cleaned_data, time.monotonic()
    try:
        found = consent.knock(
            code=given["code"], name=given["name"], born=lambda person: born_on(person, given["born"])
        )
        door.remember(request, found)
    except ShareCodeRefused as error:
        form.add_error(None, said(error))
        return False
    finally:
        time.sleep(max(0.0, EVEN_SECONDS - (time.monotonic() - began)))
    return True
