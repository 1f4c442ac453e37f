"""The door of every patient page: signed in, whose record it is, and every refusal of the domain said in one way."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import Any, Concatenate, ParamSpec
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from portal.accounts import selectors as accounts
from portal.accounts.callers import caller_of_session
from portal.accounts.identity import Caller
from portal.accounts.models import Registration
from portal.staff.answering import READ, page
from portal.staff.entrance import home_of

P = ParamSpec("P")


@dataclass
class Visitor:
    """Somebody at their own record. Whoever they work for, here they act for nobody but themselves."""

    request: HttpRequest
    caller: Caller

    @property
    def person(self) -> UUID:
        """The patient that the account is; `patient` lets in nobody else."""
        assert self.caller.person is not None  # noqa: S101 - the door has looked
        return self.caller.person

    @cached_property
    def registrations(self) -> list[Registration]:
        """Where they are a patient."""
        return accounts.registrations(self.person)

    def page(self, template: str, context: Mapping[str, Any], *, status: int = 200) -> HttpResponse:
        """A page of this visitor. `last` in the context is where the live channel takes up, by organisation."""
        shown = {"person": {"name": self.caller.name, "own": True}, **context}
        if last := shown.pop("last", None):
            shown["live_last"] = json.dumps(last)
        return render(self.request, template, shown, status=status)


View = Callable[Concatenate[Visitor, P], HttpResponseBase]


def visitor(*, methods: tuple[str, ...] = READ) -> Callable[[View[P]], Callable[..., HttpResponseBase]]:
    """Let in whoever is signed in."""

    def decorate(view: View[P]) -> Callable[..., HttpResponseBase]:
        @page(methods=methods)
        @wraps(view)
        def visited(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            return view(Visitor(request, caller_of_session(request).as_oneself()), *args, **kwargs)

        return visited

    return decorate


def patient(*, methods: tuple[str, ...] = READ) -> Callable[[View[P]], Callable[..., HttpResponseBase]]:
    """Let in patients; members of staff go on to their work, others are shown whose record they could choose."""

    def decorate(view: View[P]) -> Callable[..., HttpResponseBase]:
        def checked(who: Visitor, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if who.caller.person is None:
                return redirect(home_of(who.request) or "patients:people")
            return view(who, *args, **kwargs)

        return visitor(methods=methods)(checked)

    return decorate
