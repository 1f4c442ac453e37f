"""How it protects, and how it looks."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from portal.about.appearance import COOKIE, LASTS_SECONDS, THEMES
from portal.about.drawing import draw
from portal.accounts.services import set_language


@require_safe
def how(request: HttpRequest) -> HttpResponse:
    """The chain, the witness and the receipt, for somebody who has never heard of any."""
    return render(request, "about/how.html", {"picture": draw()})


@require_POST
def appearance(request: HttpRequest) -> HttpResponse:
    """Keep how pages look in a cookie, and go back. It says nothing about anybody, so no log-in is needed."""
    chosen = request.POST.get("theme", "")
    return _kept(request, COOKIE, chosen if chosen in THEMES else "", LASTS_SECONDS)


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Keep the language of pages in a cookie, and for an account that of its letters, and go back."""
    chosen = request.POST.get("language", "")
    known = chosen if chosen in dict(settings.LANGUAGES) else ""
    if request.user.is_authenticated and known:
        set_language(user=request.user, language=known)
    return _kept(request, settings.LANGUAGE_COOKIE_NAME, known, settings.LANGUAGE_COOKIE_AGE)


def _kept(request: HttpRequest, cookie: str, value: str, seconds: int) -> HttpResponse:
    """Back to where the form stood, with the cookie; without it if there is no value."""
    back = request.POST.get("next", "/")
    local = url_has_allowed_host_and_scheme(back, allowed_hosts=None) and back.startswith("/")
    response = HttpResponseRedirect(back if local else "/")
    if value:
        secure = settings.SESSION_COOKIE_SECURE
        response.set_cookie(cookie, value, max_age=seconds, secure=secure, httponly=True, samesite="Lax")
    else:
        response.delete_cookie(cookie, samesite="Lax")
    return response
