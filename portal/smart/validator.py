"""What oauth-toolkit asks about clients, codes and tokens, where this house answers otherwise than it would."""

import hashlib
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauthlib.oauth2.rfc6749 import errors

from portal.smart import assertions, issuing
from portal.smart.errors import SmartError
from portal.smart.models import AccessToken, Connection, Grant, RefreshToken

# While somebody is at work: as long as a session of the browser.
ONLINE = timedelta(hours=12)


class Validator(OAuth2Validator):
    """Codes and tokens lead to their connection; clients that sign need no secret, and have none."""

    oidc_claim_scope = {**OAuth2Validator.oidc_claim_scope, "fhirUser": "fhirUser"}

    # Clients

    def client_authentication_required(self, request: Any, *args: Any, **kwargs: Any) -> bool:
        return _assertion(request) != "" or super().client_authentication_required(request, *args, **kwargs)

    def authenticate_client(self, request: Any, *args: Any, **kwargs: Any) -> bool:
        text = _assertion(request)
        if not text:
            return super().authenticate_client(request, *args, **kwargs) and not request.client.signs
        name = assertions.client_named(text)
        application = self._load_application(name, request) if name else None
        if application is None or not application.signs or request.client_id not in (None, "", name):
            return False
        try:
            assertions.check(text, application, audiences=_token_addresses(request))
        except SmartError:
            return False
        request.client_id = name
        return True

    # Codes

    def _create_authorization_code(self, request: Any, code: Any, expires: Any = None) -> Any:
        if request.code_challenge_method != "S256":
            raise errors.InvalidRequestError(
                description="PKCE with code_challenge_method S256 is required.", request=request
            )
        grant = super()._create_authorization_code(request, code, expires)
        Grant.objects.filter(pk=grant.pk).update(connection=request.connection)
        return grant

    def validate_code(self, client_id: str, code: str, client: Any, request: Any, *a: Any, **k: Any) -> bool:
        grant = Grant.objects.filter(code=code, application=client).first()
        request.connection = issuing.connection_of(grant)
        return request.connection is not None and super().validate_code(client_id, code, client, request)

    # Refreshing

    def validate_refresh_token(
        self, refresh_token: str, client: Any, request: Any, *args: Any, **kwargs: Any
    ) -> bool:
        known = _refresh_token(refresh_token)
        if known is not None and known.application_id != client.pk:
            return False  # before the reuse of somebody else's token could end what is theirs
        if not super().validate_refresh_token(refresh_token, client, request, *args, **kwargs):
            if known is not None and known.revoked is not None:
                issuing.enter_reuse(known)
            return False
        request.connection = issuing.connection_of(known)
        return request.connection is not None and not _offline_over(known, request.connection)

    # Tokens

    def _save_bearer_token(self, token: Any, request: Any, *args: Any, **kwargs: Any) -> None:
        connection: Connection | None = getattr(request, "connection", None)
        # What was agreed counts: with less asked for, the token that refreshes is still used up and comes anew.
        if not issuing.lasting(connection.scopes if connection is not None else token["scope"]):
            token.pop("refresh_token", None)
        super()._save_bearer_token(token, request, *args, **kwargs)
        issuing.enter_issue(request.client, connection, token, grant_type=request.grant_type)
        token.update(issuing.context_of(connection, token["scope"].split()))

    def _create_access_token(
        self, expires: Any, request: Any, token: Any, source_refresh_token: Any = None
    ) -> Any:
        made = super()._create_access_token(expires, request, token, source_refresh_token)
        if (connection := getattr(request, "connection", None)) is not None:
            AccessToken.objects.filter(pk=made.pk).update(connection=connection)
        return made

    def _create_refresh_token(self, request: Any, code: Any, access_token: Any, previous: Any) -> Any:
        made = super()._create_refresh_token(request, code, access_token, previous)
        RefreshToken.objects.filter(pk=made.pk).update(connection=request.connection)
        return made

    def revoke_token(self, token: str, token_type_hint: Any, request: Any, *args: Any, **kwargs: Any) -> None:
        ended = issuing.holding(token, request.client)
        super().revoke_token(token, token_type_hint, request, *args, **kwargs)
        if ended is not None:
            issuing.enter_end(ended, request.client, code="by-application")

    # Who somebody is

    def get_additional_claims(self, request: Any) -> dict[str, Any]:
        connection = getattr(request, "connection", None) or issuing.connection_of(request.access_token)
        address = issuing.fhir_user(connection, request) if connection else ""
        return {"fhirUser": address} if address else {}


def _assertion(request: Any) -> str:
    if getattr(request, "client_assertion_type", None) != assertions.TYPE:
        return ""
    return str(getattr(request, "client_assertion", None) or "")


def _token_addresses(request: Any) -> set[str]:
    """What an assertion may name as its audience: the token address, as discovery names it."""
    return {issuing.node_address(request) + reverse("oauth2_provider:token")}


def _refresh_token(text: str) -> RefreshToken | None:
    checksum = hashlib.sha256(text.encode()).hexdigest()
    return RefreshToken.objects.filter(token_checksum=checksum).order_by("-created").first()


def _offline_over(token: RefreshToken | None, connection: Connection) -> bool:
    """`online_access` lasts as long as a session would."""
    words = set(connection.scopes.split())
    return "offline_access" not in words and timezone.now() > connection.since + ONLINE
