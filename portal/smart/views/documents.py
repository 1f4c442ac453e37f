"""What applications find out before they ask: SMART configuration, OAuth and OpenID metadata, keys."""

from typing import Any

from django.http import Http404, HttpRequest, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from portal.accounts import selectors as accounts
from portal.accounts.errors import UnknownTenant
from portal.smart.assertions import ALGORITHMS
from portal.smart.offering import supported

# https://hl7.org/fhir/smart-app-launch/STU2.2/conformance.html#capabilities
CAPABILITIES = [
    "launch-ehr",
    "launch-standalone",
    "authorize-post",
    "client-public",
    "client-confidential-symmetric",
    "client-confidential-asymmetric",
    "sso-openid-connect",
    "context-banner",
    "context-ehr-patient",
    "context-standalone-patient",
    "permission-offline",
    "permission-online",
    "permission-patient",
    "permission-user",
    "permission-v1",
    "permission-v2",
]


@require_safe
def smart_configuration(request: HttpRequest, tenant: str) -> JsonResponse:
    """`/fhir/<tenant>/.well-known/smart-configuration`."""
    try:
        accounts.organisation(tenant)
    except UnknownTenant:
        raise Http404 from None
    return _public(_document(request))


def _document(request: HttpRequest) -> dict[str, Any]:
    def address(name: str) -> str:
        return request.build_absolute_uri(reverse(f"oauth2_provider:{name}"))

    return {
        "issuer": address("base").rstrip("/"),
        "jwks_uri": address("jwks-info"),
        "authorization_endpoint": address("authorize"),
        "token_endpoint": address("token"),
        "introspection_endpoint": address("introspect"),
        "revocation_endpoint": address("revoke-token"),
        "management_endpoint": request.build_absolute_uri(reverse("patients:apps")),
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ALGORITHMS,
        "response_types_supported": ["code"],
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": supported(),
        "capabilities": CAPABILITIES,
    }


def _public(document: dict[str, Any]) -> JsonResponse:
    """Told to everybody, browsers of other sites included."""
    return JsonResponse(document, headers={"Access-Control-Allow-Origin": "*"})
