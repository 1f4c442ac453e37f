"""`/o/introspect/` (RFC 7662): whether a token is good, told to the application that holds it."""

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import View
from oauth2_provider.views.mixins import OAuthLibMixin
from oauthlib.common import Request

from portal.smart import issuing
from portal.smart.models import AccessToken

MOST = 4096


@method_decorator(csrf_exempt, name="dispatch")
class Introspect(OAuthLibMixin, View):
    """Only a client that proves who it is learns anything, and only about its own tokens."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> JsonResponse:
        core = self.get_oauthlib_core()
        uri, method, body, headers = core._extract_params(request)
        asked = Request(uri, method, body, headers)
        if not core.server.request_validator.authenticate_client(asked):
            refused = JsonResponse({"error": "invalid_client"}, status=401)
            refused["WWW-Authenticate"] = 'Basic realm="assent"'
            return refused
        text = request.POST.get("token", "")
        if not text or len(text) > MOST:
            return JsonResponse({"error": "invalid_request"}, status=400)
        return JsonResponse(_state(text, asked), headers={"Cache-Control": "no-store"})


def _state(text: str, asked: Any) -> dict[str, Any]:
    held = issuing.holding(text, asked.client)
    if held is None:
        return {"active": False}
    connection = issuing.connection_of(held)
    if held.connection_id is not None and connection is None:
        return {"active": False}
    if not isinstance(held, AccessToken):
        return {"active": True, "client_id": asked.client.client_id, "token_type": "refresh_token"}
    if held.is_expired():
        return {"active": False}
    words = held.scope.split() if connection is None else [
        word for word in held.scope.split() if word in connection.scopes.split()
    ]  # fmt: skip
    found: dict[str, Any] = {
        "active": True,
        "scope": " ".join(words),
        "client_id": asked.client.client_id,
        "exp": int(held.expires.timestamp()),
        "token_type": "Bearer",
        **issuing.context_of(connection, words),
    }
    if connection is not None:
        found |= {"sub": str(connection.account_id), "fhirUser": issuing.fhir_user(connection, asked)}
    return found
