"""Addresses of patients, at the root. No name, number, category's content or birth date stands in one."""

from django.urls import path

from portal.patients.views import (
    apps,
    asking,
    granting,
    history,
    home,
    onlookers,
    people,
    record,
    sharing,
    signing,
)

app_name = "patients"
urlpatterns = [
    path("", home.home, name="home"),
    path("looks/", home.looks, name="looks"),
    path("record/", record.overview, name="record"),
    path("record/copy/", record.copy, name="copy"),
    path("record/<slug:category>/", record.category, name="record_category"),
    path("record/<slug:category>/<slug:test>/", record.test, name="record_test"),
    path("record/<slug:category>/<slug:entry>/error/", asking.correct, name="correct"),
    path("asked/", asking.asked, name="asked"),
    path("asked/<uuid:case>/", asking.asked_one, name="asked_one"),
    path("sharing/", sharing.sharing, name="sharing"),
    path("sharing/who/", onlookers.who, name="onlookers"),
    path("sharing/new/", granting.begin, name="grant"),
    path("sharing/new/check/", granting.check, name="grant_check"),
    path("sharing/new/check/challenge/", signing.challenge, name="grant_challenge"),
    path("sharing/new/check/passkey/", signing.sign, name="grant_passkey"),
    path("sharing/new/<slug:step>/", granting.question, name="grant_step"),
    path("sharing/requests/<uuid:request_id>/", sharing.asked, name="request"),
    path("sharing/requests/<uuid:request_id>/approve/", sharing.approve, name="request_approve"),
    path("sharing/requests/<uuid:request_id>/decline/", sharing.decline, name="request_decline"),
    path("sharing/<uuid:contract>/", sharing.contract, name="contract"),
    path("sharing/<uuid:contract>/stop/", sharing.stop, name="contract_stop"),
    path("apps/", apps.connected, name="apps"),
    path("apps/<uuid:connection>/take-back/", apps.take_back, name="app_take_back"),
    path("apps/<uuid:connection>/end/", apps.end, name="app_end"),
    path("history/", history.history, name="history"),
    path("history/lines/", history.lines, name="history_lines"),
    path("history/<slug:tenant>/<uuid:entry>/", history.entry, name="entry"),
    path("history/<slug:tenant>/<uuid:entry>/question/", asking.question, name="question"),
    path("history/<slug:tenant>/<uuid:entry>/receipt/", history.receipt, name="receipt"),
    path("guardians/", sharing.guardians, name="guardians"),
    path("people/", people.people, name="people"),
    path("people/<uuid:person>/", people.overview, name="their_record"),
    path("people/<uuid:person>/<slug:category>/", people.category, name="their_category"),
    path("people/<uuid:person>/<slug:category>/<slug:test>/", people.test, name="their_test"),
]
