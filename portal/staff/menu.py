"""Where somebody may go: each face in which they have a role, once for each organisation."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from portal.accounts.callers import person_of, roles_of
from portal.accounts.models import Role
from portal.staff.words import ROLES

PAGES = {
    Role.CLINICIAN: ("providers:find", "stethoscope"),
    Role.ADMINISTRATOR: ("administration:staff", "users-round"),
    Role.PRIVACY_OFFICER: ("administration:reviews", "scale"),
    Role.AUDITOR: ("auditors:status", "shield-check"),
}


@dataclass(frozen=True)
class Face:
    """One entry of the menu."""

    name: str
    url: str
    icon: str
    here: bool


def faces(request: HttpRequest) -> dict[str, Any]:
    """`faces` for every template; it asks the database only where a menu is drawn."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"faces": ()}
    return {"faces": SimpleLazyObject(lambda: list(_faces(request)))}


def _faces(request: HttpRequest) -> Iterator[Face]:
    if person_of(request) is not None:
        here = not any(request.path.startswith(root) for root in ("/clinic/", "/audit/", "/administration/"))
        yield Face(_("Your own record"), reverse("patients:home"), "file-text", here)
    for membership in roles_of(request):
        page, icon = PAGES[Role(membership.role)]
        url = reverse(page, args=[membership.tenant.slug])
        words = {"role": ROLES[membership.role], "place": membership.tenant.name}
        here = request.path.startswith(url.rsplit("/", 2)[0])
        yield Face(_("%(role)s, %(place)s") % words, url, icon, here)
