"""Addresses of auditors, under /audit/."""

from django.urls import path

from portal.auditors import patterns, reports, views

app_name = "auditors"
urlpatterns = [
    path("", views.entrance, name="entrance"),
    path("<slug:place>/", views.status, name="status"),
    path("<slug:place>/accesses/", views.search, name="search"),
    path("<slug:place>/entries/<uuid:entry>/", views.entry, name="entry"),
    path("<slug:place>/entries/<uuid:entry>/receipt/", views.receipt, name="receipt"),
    path("<slug:place>/verify/", views.verify, name="verify"),
    path("<slug:place>/replay/", reports.replay, name="replay"),
    path("<slug:place>/patterns/", patterns.found, name="patterns"),
    path("<slug:place>/patterns/entries/", patterns.traced, name="pattern_entries"),
    path("<slug:place>/patterns/thresholds/", patterns.measures, name="pattern_thresholds"),
    path("<slug:place>/evidence/", reports.evidence, name="evidence"),
    path("<slug:place>/disclosures/", reports.disclosures, name="disclosures"),
    path("<slug:place>/disclosures/<uuid:person>/", reports.accounting, name="accounting"),
    path(
        "<slug:place>/disclosures/<uuid:person>/file/<slug:form>/",
        reports.accounting_file,
        name="accounting_file",
    ),
]
