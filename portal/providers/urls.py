"""Addresses of clinicians, under /clinic/. No name, number or birth date stands in one: only opaque ids.

`place` is the organisation acted for, `custodian` the one that keeps the record, `patient` a person's id.
"""

from django.urls import path

from portal.providers import views, write_views

app_name = "providers"
CHART = "<slug:place>/<slug:custodian>/<uuid:patient>/"
urlpatterns = [
    path("", views.entrance, name="entrance"),
    path("<slug:place>/find/", views.find, name="find"),
    path("<slug:place>/found/", views.results, name="results"),
    path("<slug:place>/worklist/", views.worklist, name="worklist"),
    path(CHART, views.chart, name="chart"),
    path(CHART + "ask/", views.ask, name="ask"),
    path(CHART + "emergency/", views.emergency, name="emergency"),
    path(CHART + "emergency/end/", views.emergency_end, name="emergency_end"),
    path(CHART + "report/", views.report, name="report"),
    path(CHART + "write/<slug:kind>/", write_views.write, name="write"),
    path(CHART + "documents/<str:binary>/", write_views.document, name="document"),
    path(CHART + "<slug:category>/", views.section, name="section"),
]
