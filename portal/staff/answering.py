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
from portal.staff.refusals import refusal

READ, FORM, ACT = ("GET", "HEAD"), ("GET", "HEAD", "POST"), ("POST",)
DOMAIN_ERRORS = (AccountsError, CasesError, ConsentError, RecordsError, LedgerError)

View = Callable[..., HttpResponseBase]


def page(
    *, methods: tuple[str, ...], back_url: Callable[[HttpRequest], str | None] = lambda request: None
) -> Callable[[View], View]:
    """Make a view a page. `back_url` gives the way on from a refusal; None is the start."""

    def decorate(view: View) -> View:
        @login_required
        @require_http_methods(list(methods))
        @wraps(view)
        def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            try:
                response = view(request, *args, **kwargs)
            except DOMAIN_ERRORS as error:
                response = refusal(request, error, back_url=back_url(request))
            # SECURE_REFERRER_POLICY keeps the address here; `no-referrer` would make browsers send
            # `Origin: null` with forms, which the CSRF check refuses.
            response.headers["Cache-Control"] = "no-store"
            return response

        return answered

    return decorate
