"""What an application asks for on the authorisation page: of which organisation, about whom, with which scopes."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from portal.accounts import selectors as accounts
from portal.accounts.callers import person_of, roles_of
from portal.accounts.errors import UnknownTenant
from portal.accounts.identity import user_of
from portal.accounts.models import Organisation
from portal.accounts.smart_scopes import resource_scopes
from portal.smart import launching
from portal.smart.errors import (
    NobodyToAuthorise,
    SmartError,
    UnknownApplication,
    UnservedScope,
    WrongAudience,
)
from portal.smart.issuing import admitted, fhir_path
from portal.smart.models import Application


@dataclass(frozen=True)
class Asked:
    """`by_patient`: the patient herself authorises; else a member of staff, for `person` where one is chosen."""

    application: Application
    place: Organisation
    scopes: tuple[str, ...]
    by_patient: bool
    person: UUID | None
    launch: str = ""

    @property
    def over_records(self) -> list[str]:
        """The scopes that can be given or left out one by one."""
        return [word for word in self.scopes if resource_scopes([word])]

    @property
    def beside(self) -> list[str]:
        return [word for word in self.scopes if not resource_scopes([word])]


def read(request: HttpRequest, application: Application, scopes: list[str]) -> Asked:
    """What the address of the page asks for. Raises SmartError."""
    place = _place(request, request.GET.get("aud", ""))
    if not admitted(place.id, application):
        raise UnknownApplication("That organisation does not admit this application. Ask its administrator.")
    if any(scope.context == "system" for scope in resource_scopes(scopes)):
        raise UnservedScope("Scopes of the system are for services that act for nobody.")
    words, launch = tuple(dict.fromkeys(scopes)), request.GET.get("launch", "")
    if launch:
        return _of_staff(request, application, place, words, launch)
    person = person_of(request)
    if person is not None and any(row.tenant_id == place.id for row in accounts.registrations(person.id)):
        return _of_patient(application, place, words, person.id)
    return _of_staff(request, application, place, words, "")


def _of_patient(application: Application, place: Organisation, words: tuple[str, ...], person: UUID) -> Asked:
    """A patient gives what is hers: `user/` scopes reach the same, and are given as such."""
    own = [word for word in words if not word.startswith("user/")]
    return Asked(application, place, tuple(own), True, person)


def _of_staff(
    request: HttpRequest, application: Application, place: Organisation, words: tuple[str, ...], launch: str
) -> Asked:
    if not any(row.tenant_id == place.id and row.role == "clinician" for row in roles_of(request)):
        raise NobodyToAuthorise("This account is neither a patient nor a clinician of that organisation.")
    # Whoever has one confirms with it.
    if place.strong and not accounts.with_second_factor([user_of(request).id]):
        raise NobodyToAuthorise(
            "That organisation asks whoever works there for a second factor. Set one up, then connect again."
        )
    person = None
    if launch:
        user = user_of(request).id
        person = launching.person_of(launch, tenant=place.id, user=user, application=application)
    elif any(word == "launch/patient" or word.startswith("patient/") for word in words):
        raise NobodyToAuthorise(
            "Open the application from a patient's chart, so that it knows whose record it is."
        )
    return Asked(application, place, words, False, person, launch)


def _place(request: HttpRequest, audience: str) -> Organisation:
    """The organisation whose FHIR base is the audience. Raises WrongAudience."""
    base = request.build_absolute_uri(fhir_path("-")).removesuffix("-")
    slug = audience.removesuffix("/").removeprefix(base)
    with suppress(UnknownTenant):
        if audience.startswith(base) and slug and "/" not in slug:
            return accounts.organisation(slug)
    raise WrongAudience("The parameter aud must be the FHIR address of an organisation of this node.")


def refusal_of(error: SmartError) -> Mapping[str, Any]:
    """The error as the application hears of it (RFC 6749, 4.1.2.1)."""
    return {"error": error.oauth, "description": str(error).replace("“", "'").replace("”", "'")}
