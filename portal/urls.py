"""Which face answers at which address. Composition only."""

from django.conf import settings
from django.urls import include, path

from portal.smart.views.documents import smart_configuration

urlpatterns = [
    path("", include("portal.patients.urls")),
    path("", include("portal.about.urls")),
    path("share/", include("portal.viewers.urls")),
    path("clinic/", include("portal.providers.urls")),
    path("audit/", include("portal.auditors.urls")),
    path("administration/", include("portal.administration.urls")),
    path("accounts/", include("portal.accounts.urls")),
    path("accounts/", include("portal.notices.urls")),
    path("accounts/", include("allauth.urls")),
    path("live/", include("portal.live.urls")),
    path("api/", include("portal.api.urls")),
    path(
        "fhir/<slug:tenant>/.well-known/smart-configuration", smart_configuration, name="smart-configuration"
    ),
    path("fhir/", include("portal.fhir.urls")),
    path("o/", include("portal.smart.urls")),
    path("log/", include("ledger.urls")),
    path("witness/", include("ledger.witness_urls")),
    path("", include("portal.node.urls")),
]

if settings.DEBUG:
    urlpatterns.append(path("styleguide/", include("portal.design.urls")))
