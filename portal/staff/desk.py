"""The door of every staff page: signed in, a member in one of the roles at the organisation that the address names,
and every refusal of the domain said in one way.

The organisation stands in the address and not in the session, so that two windows may act for two of them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from portal.accounts import selectors as accounts
from portal.accounts.callers import caller_of_session, roles_of
from portal.accounts.errors import NotAMember
from portal.accounts.identity import Caller
from portal.accounts.models import Membership, Role
from portal.staff.answering import READ, page
from portal.staff.entrance import home_of

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Place:
    """The organisation that a member acts for."""

    id: UUID
    slug: str
    name: str
    strong: bool = False  # whether whoever works there needs a second factor


@dataclass(frozen=True, slots=True)
class Desk:
    """A member at work: `caller` in the first fitting role, and all `roles` held at this place."""

    request: HttpRequest
    caller: Caller
    place: Place
    roles: frozenset[str]

    def page(self, template: str, context: Mapping[str, Any], *, status: int = 200) -> HttpResponse:
        """A page of this desk; every template of staff knows `place` and `roles`."""
        known = {"place": self.place, "roles": self.roles}
        return render(self.request, template, {**known, **context}, status=status)


View = Callable[Concatenate[Desk, P], HttpResponseBase]


def desk(
    *roles: Role, methods: tuple[str, ...] = READ
) -> Callable[[View[P]], Callable[..., HttpResponseBase]]:
    """Let in members who have one of these roles at the organisation `place`."""

    def decorate(view: View[P]) -> Callable[..., HttpResponseBase]:
        @page(methods=methods, back_url=home_of)
        @wraps(view)
        def at_desk(request: HttpRequest, place: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            found = _desk(request, place, roles)
            if found.place.strong and not accounts.with_second_factor([found.caller.user]):
                messages.info(
                    request,
                    _("%(place)s asks for a second factor. Set one up, then go on.")
                    % {"place": found.place.name},
                )
                return redirect("mfa_index")
            return view(found, *args, **kwargs)

        return at_desk

    return decorate


def _desk(request: HttpRequest, slug: str, roles: tuple[Role, ...]) -> Desk:
    held: list[Membership] = [item for item in roles_of(request) if item.tenant.slug == slug]
    fitting = next((role for role in roles if role in {item.role for item in held}), None)
    if fitting is None:
        raise NotAMember(
            "You do not have the role at that organisation that this page needs. Nothing was shown."
        )
    tenant = held[0].tenant
    return Desk(
        request=request,
        caller=caller_of_session(request, role=fitting, tenant=slug),
        place=Place(tenant.id, tenant.slug, tenant.name, tenant.strong),
        roles=frozenset(item.role for item in held),
    )
