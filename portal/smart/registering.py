"""Applications that administrators register, and let in at their organisation."""

import ipaddress
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction

from consent import vocabulary
from ledger.errors import OutboundRefused
from ledger.outbound import check_url
from ledger.scope import tenant_scope
from portal.smart.connecting import end_tokens
from portal.smart.entries import enter
from portal.smart.errors import BadRegistration, UnknownApplication
from portal.smart.keysets import key_set
from portal.smart.models import Admission, Application, Connection
from portal.smart.offering import served


@dataclass(frozen=True)
class Registered:
    """`secret` is shown once; it is "" for an application that cannot keep one or that signs."""

    application: Application
    secret: str


def register(
    *,
    name: str,
    scopes: str,
    redirect_uris: Sequence[str] = (),
    launch_uri: str = "",
    purposes: Sequence[str] = ("PATRQT",),
    confidential: bool = False,
    backend: bool = False,
    jwks: Any = None,
    jwks_uri: str = "",
) -> Registered:
    """Make an application known to this node. It works nowhere until an organisation admits it.

    A backend service signs with keys that it registers; another application signs, has a secret (`confidential`), or
    is public and relies on PKCE alone. Raises BadRegistration.
    """
    signs = _signs(jwks, jwks_uri)
    if backend and (not signs or redirect_uris):
        raise BadRegistration(
            "A backend service has keys, and no address to come back to. Nothing was stored."
        )
    secret = secrets.token_urlsafe(32)
    made = Application(
        name=_name(name),
        scopes=_scopes(scopes),
        purposes=" ".join(vocabulary.purpose(each) for each in purposes),
        redirect_uris=" ".join(_address(each) for each in redirect_uris),
        launch_uri=_address(launch_uri) if launch_uri else "",
        jwks=jwks,
        jwks_uri=jwks_uri,
        client_type="confidential" if confidential or signs else "public",
        authorization_grant_type="client-credentials" if backend else "authorization-code",
        client_secret=secret,
        algorithm="" if backend else "RS256",
    )
    _store(made)
    return Registered(made, secret if confidential and not signs else "")


def admit(*, application: Application, tenant: UUID, actor: UUID | None = None) -> None:
    """Let an application be used at an organisation; the same again changes nothing."""
    with tenant_scope(tenant):
        _, made = Admission.objects.get_or_create(
            tenant_id=tenant, application=application, defaults={"admitted_by": actor}
        )
        if made:
            audit = {"scopes": application.scopes.split(), "purposes": application.purposes.split()}
            enter("application.admitted", application, tenant=tenant, actor=actor, audit=audit)


def remove(*, application: Application, tenant: UUID, actor: UUID | None = None) -> None:
    """Let it in no longer: its tokens there end now. Contracts with it stay as they were signed, and reach nothing."""
    with transaction.atomic(), tenant_scope(tenant):
        if not Admission.objects.filter(tenant_id=tenant, application=application).delete()[0]:
            raise UnknownApplication(
                "That organisation does not admit that application. Nothing was changed."
            )
        for connection in Connection.objects.filter(tenant_id=tenant, application=application, ended=None):
            end_tokens(connection)
        enter("application.removed", application, tenant=tenant, actor=actor)


def application_of(client_id: str) -> Application:
    """The application with that client id. Raises UnknownApplication."""
    found: Application | None = (
        Application.objects.filter(client_id=client_id).first() if "\0" not in client_id else None
    )
    if found is None:
        raise UnknownApplication("There is no application with that client id on this node.")
    return found


def admitted_at(tenant: UUID) -> list[Application]:
    """The applications that an organisation admits, by name."""
    with tenant_scope(tenant):
        rows = Admission.objects.select_related("application").filter(tenant_id=tenant)
        return [row.application for row in rows.order_by("application__name")]


def _signs(jwks: Any, jwks_uri: str) -> bool:
    """Whether an application signs by keys that it registers. Raises BadRegistration for what are none."""
    if jwks is not None:
        key_set(jwks)
    if jwks_uri:
        _check_callable(jwks_uri)
    return bool(jwks or jwks_uri)


def _store(made: Application) -> None:
    try:
        made.clean()
    except ValidationError as error:
        raise BadRegistration(f"{' '.join(error.messages)} Nothing was stored.") from None
    made.save(force_insert=True)


def _check_callable(url: str) -> None:
    try:
        check_url(url)
    except OutboundRefused as error:
        raise BadRegistration(f"{error} Nothing was stored.") from None


def _name(name: str) -> str:
    if not 1 <= len(name.strip()) <= 100 or not name.isprintable():
        raise BadRegistration(
            "An application has a name of 1 to 100 printable characters. Nothing was stored."
        )
    return name.strip()


def _scopes(text: str) -> str:
    words = list(dict.fromkeys(text.split()))
    bad = next((word for word in words if not served(word)), None)
    if not words or bad:
        named = f"{bad[:80]!r} is not a scope that this server can hold an application to. " if bad else ""
        raise BadRegistration(f"{named}Name scopes such as patient/*.rs. Nothing was stored.")
    return " ".join(words)


def _address(text: str) -> str:
    """HTTPS, or http on the application's own machine (RFC 8252, section 7.3)."""
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:
        host = ""
    good = host and not parts.fragment and not parts.username and len(text) <= 500 and text.isprintable()
    if not good or (parts.scheme != "https" and not (parts.scheme == "http" and _own_machine(host))):
        raise BadRegistration(f"{text[:80]!r} is not an https:// address. Nothing was stored.")
    return text


def _own_machine(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
