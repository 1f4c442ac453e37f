"""Addresses of OAuth 2.0, below /o/. The namespace is the one in which oauth-toolkit looks for its own."""

from django.http import HttpRequest, HttpResponseNotFound
from django.urls import path
from oauth2_provider.views.metadata import OAuthServerMetadataView
from oauth2_provider.views.oidc import ConnectDiscoveryInfoView, JwksInfoView, UserInfoView

from portal.smart.views.authorise import authorise, decide
from portal.smart.views.endpoints import Revoke, Token
from portal.smart.views.introspection import Introspect
from portal.smart.views.launch import launch


def nothing(request: HttpRequest) -> HttpResponseNotFound:
    """The issuer's own address; it only names."""
    return HttpResponseNotFound()


app_name = "oauth2_provider"
urlpatterns = [
    path("", nothing, name="base"),
    path("authorize/", authorise, name="authorize"),
    path("authorize/<slug:key>/", decide, name="decide"),
    path("token/", Token.as_view(), name="token"),
    path("revoke_token/", Revoke.as_view(), name="revoke-token"),
    path("introspect/", Introspect.as_view(), name="introspect"),
    path("userinfo/", UserInfoView.as_view(), name="user-info"),
    path("launch/<slug:place>/<uuid:patient>/", launch, name="launch"),
    path(".well-known/jwks.json", JwksInfoView.as_view(), name="jwks-info"),
    path(
        ".well-known/openid-configuration",
        ConnectDiscoveryInfoView.as_view(),
        name="oidc-connect-discovery-info",
    ),
    path(
        ".well-known/oauth-authorization-server",
        OAuthServerMetadataView.as_view(),
        name="oauth-server-metadata",
    ),
]
