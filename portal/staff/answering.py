"""How every page answers: to whoever is signed in, refusals of the domain as pages, nothing that a cache may keep."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_http_methods

from consent.errors import ConsentError
from ledger.errors import LedgerError
from portal.accounts.errors import AccountsError
from portal.cases.errors import CasesError
from portal.records.errors import RecordsError
from portal.staff import kept
from portal.staff.once import once
from portal.staff.refusals import refusal

READ, FORM, ACT = ("GET", "HEAD"), ("GET", "HEAD", "POST"), ("POST",)
DOMAIN_ERRORS = (AccountsError, CasesError, ConsentError, RecordsError, LedgerError)

View = Callable[..., HttpResponseBase]


def page(
    *, methods: tuple[str, ...], back_url: Callable[[HttpRequest], str | None] = lambda request: None
) -> Callable[[View], View]:
    """Make a view a page. `back_url` gives the way on from a refusal; None is the start."""

    def decorate(view: View) -> View:
        @keeping_what_was_typed
        @login_required
        @require_http_methods(list(methods))
        @wraps(view)
        def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            def answer() -> HttpResponseBase:
                return view(request, *args, **kwargs)

            try:
                response = once(request, answer) if request.method == "POST" else answer()
            except DOMAIN_ERRORS as error:
                response = refusal(request, error, back_url=back_url(request))
            # SECURE_REFERRER_POLICY keeps the address here; `no-referrer` would make browsers send
            # `Origin: null` with forms, which the CSRF check refuses.
            response.headers["Cache-Control"] = "no-store"
            return response

        return answered

    return decorate


def keeping_what_was_typed(view: View) -> View:
    """A form that is sent after its session has ended is kept until its account is signed in again."""

    @wraps(view)
    def kept_or_answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        sent = request.method == "POST"
        if not request.user.is_authenticated:
            if sent:
                kept.keep(request)
        elif sent:
            kept.let_go(request)
        else:
            kept.give_back(request)
        return view(request, *args, **kwargs)

    return kept_or_answered
