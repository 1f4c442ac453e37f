"""Checking an application's access token, and what it still reaches at one organisation."""

import hashlib
from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone

from ledger.scope import tenant_scope
from portal.accounts.errors import InvalidToken
from portal.accounts.identity import Caller
from portal.accounts.models import User
from portal.smart.issuing import admitted
from portal.smart.models import AccessToken, Application, Connection

_NOT_VALID = "This token is not valid (any more). Get a new one and call again."


@dataclass(frozen=True, slots=True)
class AppToken:
    """A good token of an application. `user` is None for a backend service, which acts for nobody."""

    application: Application
    user: User | None
    scopes: frozenset[str]
    connection: UUID | None
    is_authenticated = True  # in the place of the account that a backend service has not


@dataclass(frozen=True, slots=True)
class Reach:
    """What a token reaches at one organisation: `scopes` that were not taken back, for `person` where it names one.

    `strong`: whoever connected it showed a second factor then.
    """

    scopes: frozenset[str]
    by_patient: bool = False
    person: UUID | None = None
    strong: bool = False


def authenticate(text: str) -> AppToken:
    """The token with that text, if it is good. Raises InvalidToken without saying why it is not."""
    checksum = hashlib.sha256(text.encode()).hexdigest()
    rows = AccessToken.objects.select_related("application", "user")
    token = rows.filter(token_checksum=checksum, expires__gt=timezone.now()).first()
    if token is None or token.application is None or (token.user is not None and not token.user.is_active):
        raise InvalidToken(_NOT_VALID)
    if (token.user is None) != (token.connection_id is None):
        raise InvalidToken(_NOT_VALID)
    return AppToken(token.application, token.user, frozenset(token.scope.split()), token.connection_id)


def reach_at(token: AppToken, tenant: UUID) -> Reach:
    """What the token reaches at this organisation. Raises InvalidToken where it was not issued for it, or has ended."""
    if not admitted(tenant, token.application):
        raise InvalidToken(_NOT_VALID)
    if token.connection is None:
        return Reach(token.scopes)
    with tenant_scope(tenant):  # another organisation's connection is not there
        found = Connection.objects.filter(id=token.connection, ended=None).first()
    if found is None:
        raise InvalidToken(_NOT_VALID)
    scopes = token.scopes & set(found.scopes.split())
    return Reach(scopes, found.by_patient, found.person_id, found.strong)


def scopes_now(client_id: str, *, caller: Caller, tenant: UUID) -> frozenset[str] | None:
    """What an application that called once still has of its scopes at this organisation; None if it is out.

    For jobs, which have no token any more: the connection stands for it, and for a backend service its admission.
    """
    application = Application.objects.filter(client_id=client_id).first()
    if application is None or not admitted(tenant, application):
        return None
    given = caller.scopes or frozenset()
    if caller.user == application.id and caller.about is None:
        return given
    with tenant_scope(tenant):
        rows = Connection.objects.filter(application=application, ended=None, person=caller.about)
        acting = (
            rows.filter(by_patient=True)
            if caller.user == application.id
            else rows.filter(account=caller.user)
        )
        found = acting.order_by("-since").first()
    return given & set(found.scopes.split()) if found else None
