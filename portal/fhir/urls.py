"""Addresses below /fhir/."""

from django.urls import path, re_path

from portal.fhir.batches import Base
from portal.fhir.binaries import Binaries, BinaryInstance
from portal.fhir.consent_resources import Consents, OneConsent
from portal.fhir.exports import File, Start, Status
from portal.fhir.histories import InstanceHistory, TypeHistory
from portal.fhir.ledger_views import AuditEvents, OneAuditEvent, OneProvenance
from portal.fhir.operations import DocRef, Everything, Validate
from portal.fhir.subscriptions import BindingToken, OneSubscription, Subscriptions, SubscriptionStatus
from portal.fhir.views import Instance, Metadata, NoId, NotHere, Search, Type

app_name = "fhir"

_TYPE = r"^(?P<tenant>[-a-zA-Z0-9_]+)/(?P<kind>[A-Za-z]{1,64})"
_TENANT = r"(?P<tenant>[-a-zA-Z0-9_]+)"
_ID = r"(?P<key>[A-Za-z0-9\-.]{1,64})"

urlpatterns = [
    path("<slug:tenant>/metadata", Metadata.as_view(), name="metadata"),
    path("<slug:tenant>/AuditEvent", AuditEvents.as_view(), name="audit-events"),
    path("<slug:tenant>/AuditEvent/_search", AuditEvents.as_view(), name="audit-event-search"),
    path("<slug:tenant>/AuditEvent/<uuid:entry>", OneAuditEvent.as_view(), name="audit-event"),
    path("<slug:tenant>/Provenance/<uuid:entry>", OneProvenance.as_view(), name="provenance"),
    path("<slug:tenant>/Patient/$export", Start.as_view(), name="export"),
    path("<slug:tenant>/$export-status/<uuid:export>", Status.as_view(), name="export-status"),
    re_path(
        rf"^{_TENANT}/\$export-file/(?P<export>[0-9a-f-]{{36}})/(?P<kind>[A-Za-z]{{1,64}})\.ndjson\Z",
        File.as_view(),
        name="export-file",
    ),
    re_path(
        r"^(?P<tenant>[-a-zA-Z0-9_]+)/Patient/" + _ID + r"/\$everything\Z",
        Everything.as_view(),
        name="everything",
    ),
    path("<slug:tenant>/DocumentReference/$docref", DocRef.as_view(), name="docref"),
    re_path(rf"{_TYPE}/\$validate\Z", Validate.as_view(), name="validate"),
    re_path(rf"{_TYPE}/{_ID}/\$validate\Z", Validate.as_view(), name="validate-instance"),
    path("<slug:tenant>/Consent", Consents.as_view(), name="consents"),
    re_path(rf"^{_TENANT}/Consent/{_ID}\Z", OneConsent.as_view(), name="consent"),
    path("<slug:tenant>/Subscription", Subscriptions.as_view(), name="subscriptions"),
    path("<slug:tenant>/Subscription/$status", SubscriptionStatus.as_view(), name="subscription-states"),
    path("<slug:tenant>/Subscription/$get-ws-binding-token", BindingToken.as_view(), name="binding"),
    path("<slug:tenant>/Subscription/<uuid:key>", OneSubscription.as_view(), name="subscription"),
    path(
        "<slug:tenant>/Subscription/<uuid:key>/$status",
        SubscriptionStatus.as_view(),
        name="subscription-state",
    ),
    path(
        "<slug:tenant>/Subscription/<uuid:key>/$get-ws-binding-token",
        BindingToken.as_view(),
        name="binding-of",
    ),
    re_path(rf"{_TYPE}/_search\Z", Search.as_view(), name="search"),
    re_path(rf"^{_TENANT}/(?P<kind>Binary)\Z", Binaries.as_view(), name="binaries"),
    re_path(rf"^{_TENANT}/(?P<kind>Binary)/{_ID}\Z", BinaryInstance.as_view(), name="binary"),
    re_path(rf"{_TYPE}\Z", Type.as_view(), name="type"),
    re_path(rf"{_TYPE}/{_ID}\Z", Instance.as_view(), name="instance"),
    re_path(rf"{_TYPE}/_history\Z", TypeHistory.as_view(), name="type-history"),
    re_path(rf"{_TYPE}/{_ID}/_history\Z", InstanceHistory.as_view(), name="history"),
    re_path(
        rf"{_TYPE}/{_ID}/_history/(?P<version>[0-9]{{1,9}})\Z",
        Instance.as_view(http_method_names=["get", "head"]),
        name="version",
    ),
    re_path(rf"{_TYPE}/(?P<key>[^/$]+)\Z", NoId.as_view(), name="no-id"),
    re_path(r"^(?P<tenant>[-a-zA-Z0-9_]+)/?\Z", Base.as_view(), name="base"),
    re_path(r"^[\s\S]*\Z", NotHere.as_view(), name="not-here"),
]
