"""EHR launch: a clinician opens an application from a patient's chart (SMART App Launch 2.2, 2.0.8)."""

import hashlib
import secrets
from datetime import timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from ledger.scope import tenant_scope
from portal.accounts.identity import Caller
from portal.records.services import reach
from portal.smart.errors import LaunchEnded, NobodyToAuthorise
from portal.smart.models import Admission, Application, Launch

LASTS = timedelta(minutes=5)


def launchable(tenant: UUID) -> list[Application]:
    """The applications that can be opened from a chart of this organisation, by name."""
    with tenant_scope(tenant):
        rows = Admission.objects.select_related("application").filter(tenant_id=tenant)
        return [row.application for row in rows.order_by("application__name") if row.application.launch_uri]


def launch_page(*, place: UUID, slug: str, custodian: UUID, person: UUID) -> str:
    """The page on which an application is chosen for that record; "" where this organisation offers none for it."""
    if place != custodian or not launchable(place):
        return ""
    return reverse("oauth2_provider:launch", args=[slug, person])


def start(*, caller: Caller, tenant: UUID, application: Application, person: UUID, issuer: str) -> str:
    """The address at which the application takes up this launch. `issuer`: the organisation's FHIR base.

    Raises NobodyToAuthorise where the clinician could open nothing of that patient.
    """
    if caller.organisation != tenant or not reach(caller=caller, tenant=tenant, person=person).open:
        raise NobodyToAuthorise(
            "You may open nothing of that patient's record, so no application can for you."
        )
    handle = secrets.token_urlsafe(32)
    with tenant_scope(tenant):
        Launch.objects.create(
            tenant_id=tenant,
            application=application,
            user_id=caller.user,
            person_id=person,
            digest=_digest(handle),
            expires=timezone.now() + LASTS,
        )
    glue = "&" if "?" in application.launch_uri else "?"
    return f"{application.launch_uri}{glue}{urlencode({'iss': issuer, 'launch': handle})}"


def person_of(handle: str, *, tenant: UUID, user: UUID, application: Application) -> UUID:
    """The patient whom a launch is about, while it can be used. Raises LaunchEnded."""
    return _launch(handle, tenant, user, application).person_id


def use(handle: str, *, tenant: UUID, user: UUID, application: Application) -> UUID:
    """The same, for the only time. Raises LaunchEnded."""
    found = _launch(handle, tenant, user, application)
    with tenant_scope(tenant):
        if not Launch.objects.filter(id=found.id, used=None).update(used=timezone.now()):
            raise _ended()
    return found.person_id


def _launch(handle: str, tenant: UUID, user: UUID, application: Application) -> Launch:
    with tenant_scope(tenant):
        rows = Launch.objects.filter(digest=_digest(handle), user_id=user, application=application, used=None)
        found = rows.filter(expires__gt=timezone.now()).first()
    if found is None:
        raise _ended()
    return found


def _ended() -> LaunchEnded:
    return LaunchEnded("This launch is over. Open the application again from the patient's chart.")


def _digest(handle: str) -> bytes:
    return hashlib.sha256(handle.encode()).digest()
