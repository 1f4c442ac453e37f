"""What happens beside the issue and the end of a token: its connection, its launch context, its ledger entries."""

import hashlib
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from oauth2_provider.settings import oauth2_settings

from ledger.scope import party_scope, tenant_scope
from portal.accounts import selectors as accounts
from portal.accounts.errors import UnknownPerson
from portal.accounts.smart_scopes import LASTING
from portal.smart.entries import enter, enter_of
from portal.smart.models import AccessToken, Admission, Application, Connection, RefreshToken


def connection_of(held: Any) -> Connection | None:
    """The connection that a code or token belongs to, while it lasts. Only its account's rows are looked at."""
    if held is None or held.connection_id is None:
        return None
    with party_scope(held.user_id):
        rows = Connection.objects.select_related("application", "tenant", "account", "person")
        found = rows.filter(id=held.connection_id, ended=None).first()
        return found if found is not None and admitted(found.tenant_id, found.application) else None


def admitted(tenant: UUID, application: Application) -> bool:
    """Whether the organisation lets this application be used."""
    with tenant_scope(tenant):
        return Admission.objects.filter(tenant_id=tenant, application=application).exists()


def places_of(application: Application) -> list[UUID]:
    """The organisations that admit it, in the order in which their logs are written."""
    with party_scope(application.id):
        found = Admission.objects.filter(application=application).values_list("tenant_id", flat=True)
        return sorted(found)


def lasting(scope: str) -> bool:
    """Whether tokens of what these scopes were agreed for may be refreshed."""
    return bool(LASTING & set(scope.split()))


def context_of(connection: Connection | None, words: Collection[str]) -> dict[str, Any]:
    """What a token response says beside the token (SMART App Launch 2.2, launch context)."""
    if connection is None or connection.person_id is None:
        return {}
    if not any(word == "launch" or word.startswith(("launch/", "patient/")) for word in words):
        return {}
    with tenant_scope(connection.tenant_id):
        try:
            patient = accounts.registration(person=connection.person_id).patient
        except UnknownPerson:
            return {}
    return {"patient": patient, "need_patient_banner": not connection.by_patient}


def fhir_user(connection: Connection, request: Any) -> str:
    """Who is signed in, as a FHIR resource: the patient's own, or a practitioner by the id that entries cite."""
    base = node_address(request) + fhir_path(connection.tenant.slug)
    if not connection.by_patient:
        return f"{base}/Practitioner/{connection.account_id}"
    with tenant_scope(connection.tenant_id):
        return f"{base}/Patient/{accounts.registration(person=connection.person_id).patient}"


def fhir_path(slug: str) -> str:
    """The path of an organisation's FHIR base."""
    return reverse("fhir:metadata", args=[slug]).removesuffix("/metadata")


def node_address(request: Any) -> str:
    """Where this node is called, as the request says (and ALLOWED_HOSTS allows), without a path."""
    issuer: str = oauth2_settings.oidc_issuer(request)
    return issuer.removesuffix(reverse("oauth2_provider:base").rstrip("/"))


def enter_issue(
    application: Application, connection: Connection | None, token: Mapping[str, Any], *, grant_type: str
) -> None:
    """Enter that a token was issued, in the transaction that stores it."""
    expires = timezone.now() + timedelta(seconds=token["expires_in"])
    audit = {
        "scopes": sorted(token["scope"].split()),
        "expires": expires.isoformat(timespec="seconds"),
        "by": grant_type,
    }
    if connection is not None:
        enter_of("token.issued", connection, actor=connection.account_id, audit=audit)
        return
    for tenant in places_of(application):
        enter("token.issued", application, tenant=tenant, actor=application.id, audit=audit)


def holding(text: str, application: Application) -> AccessToken | RefreshToken | None:
    """The token with that text which this application holds, if it is good."""
    checksum = hashlib.sha256(text.encode()).hexdigest()
    access = AccessToken.objects.filter(token_checksum=checksum, application=application).first()
    if access is not None:
        return access
    rows = RefreshToken.objects.filter(token_checksum=checksum, application=application, revoked=None)
    return rows.first()


def enter_end(ended: Any, application: Application, *, code: str) -> None:
    """Enter that a token was revoked, and why."""
    connection = connection_of(ended)
    if connection is not None:
        enter_of("token.revoked", connection, actor=connection.account_id, audit={"code": code})
        return
    for tenant in places_of(application) if ended.connection_id is None else ():
        enter("token.revoked", application, tenant=tenant, actor=application.id, audit={"code": code})


def enter_reuse(used: RefreshToken) -> None:
    """A refresh token came a second time: somebody else may have it, so its whole family has ended (RFC 9700, 4.14)."""
    enter_end(used, used.application, code="refresh-token-reused")
