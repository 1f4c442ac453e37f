"""How lately, and by what, the user of a browser has proved who they are."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from allauth.account.authentication import get_authentication_records
from allauth.account.decorators import reauthentication_required
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from portal.accounts import selectors
from portal.accounts.identity import user_of

P = ParamSpec("P")
PASSWORD, SECOND_FACTOR = "password", "mfa"  # allauth's names for how somebody signed in


def strong_lately(request: HttpRequest) -> bool:
    """Whether a second factor (code or passkey) was shown within the last 15 minutes."""
    return SECOND_FACTOR in _recent(request)


def confirmed_lately(request: HttpRequest) -> bool:
    """Whether, within the last 15 minutes, the user proved who they are as strongly as they can.

    Whoever has a second factor needs it; for whoever has none the password is enough.
    """
    recent = _recent(request)
    if SECOND_FACTOR in recent:
        return True
    return PASSWORD in recent and not selectors.with_second_factor([user_of(request).id])


def confirmation_required(
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """What is submitted waits until the user has confirmed who they are; allauth asks, and then goes on with it."""

    @wraps(view)
    def confirmed(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.method == "POST" and not confirmed_lately(request):
            raise ReauthenticationRequired
        return view(request, *args, **kwargs)

    asked: Callable[..., HttpResponseBase] = reauthentication_required(confirmed, allow_get=True)

    @wraps(view)
    def after_the_door(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        """A visitor has nothing to confirm: the page's own door asks for a log-in and keeps what was typed."""
        return (asked if request.user.is_authenticated else view)(request, *args, **kwargs)

    return after_the_door


def evidence(request: HttpRequest) -> dict[str, str]:
    """The strongest proof of the last 15 minutes: {method: password}, or {method: mfa, factor: totp}; and when."""
    recent = _recent(request)
    record = recent.get(SECOND_FACTOR) or max(recent.values(), key=lambda each: each["at"])
    factor = {"factor": str(record["type"])} if "type" in record else {}
    at = datetime.fromtimestamp(record["at"], UTC).isoformat(timespec="seconds")
    return {"method": str(record["method"]), **factor, "at": at}


def _recent(request: HttpRequest) -> dict[str, dict[str, Any]]:
    """The newest record of each method within the time that a proof counts, by method."""
    since = time.time() - settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
    records: list[dict[str, Any]] = get_authentication_records(request, user_of(request))
    return {record["method"]: record for record in records if record["at"] > since}
