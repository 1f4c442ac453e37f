"""How it protects, and how it looks."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from portal.about.appearance import COOKIE, LASTS_SECONDS, THEMES
from portal.about.drawing import draw


@require_safe
def how(request: HttpRequest) -> HttpResponse:
    """The chain, the witness and the receipt, for somebody who has never heard of any."""
    return render(request, "about/how.html", {"picture": draw()})


@require_POST
def appearance(request: HttpRequest) -> HttpResponse:
    """Keep how pages look in a cookie, and go back. It says nothing about anybody, so no log-in is needed."""
    chosen, back = request.POST.get("theme", ""), request.POST.get("next", "/")
    local = url_has_allowed_host_and_scheme(back, allowed_hosts=None) and back.startswith("/")
    response = HttpResponseRedirect(back if local else "/")
    if chosen in THEMES:
        secure = settings.SESSION_COOKIE_SECURE
        response.set_cookie(
            COOKIE, chosen, max_age=LASTS_SECONDS, secure=secure, httponly=True, samesite="Lax"
        )
    else:
        response.delete_cookie(COOKIE, samesite="Lax")
    return response
