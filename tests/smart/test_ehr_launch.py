"""A clinician opens an application from a chart: it reaches what they reach, for that patient, within its scopes."""

import time
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from portal.accounts.models import Organisation
from portal.accounts.services import require_strong
from portal.smart.models import Launch
from tests.api.officers import second_factor
from tests.cast import OTHER, PATIENT, Cast
from tests.entries import entries_of_type
from tests.smart.app import LAUNCH, App, answer_at, bearer
from tests.staff import sign_in, text

SCOPE = "launch openid fhirUser online_access patient/*.rs"


def start(cast: Cast, doctor: Client, growth: App) -> dict[str, str]:
    """What the application's launch address is told."""
    address = f"/o/launch/{cast.hospital.slug}/{cast.person}/"
    assert "Growth Chart" in text(doctor.get(address))
    answer = doctor.post(address, {"application": str(growth.application.id)})
    assert answer.status_code == 200, answer.content
    address = str(answer.context["address"])
    assert address.startswith(LAUNCH)
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def test_the_launch_tells_patient_and_user(cast: Cast, doctor: Client, growth: App) -> None:
    cast.grant(cast.doctor, "lab-results")
    told = start(cast, doctor, growth)
    assert told["iss"] == f"http://testserver/fhir/{cast.hospital.slug}"
    token = growth.connect(doctor, cast.hospital, SCOPE, launch=told["launch"])
    assert token["patient"] == PATIENT
    assert token["need_patient_banner"] is True
    base, auth = f"/fhir/{cast.hospital.slug}", bearer(token["access_token"])
    labs = growth.http.get(f"{base}/Observation?patient={PATIENT}&category=laboratory", headers=auth)
    assert labs.status_code == 200
    # her contract with the doctor is for lab results only
    assert growth.http.get(f"{base}/Condition?patient={PATIENT}", headers=auth).status_code == 403
    newest = entries_of_type(cast.hospital.id, "access.permitted")[-1]
    assert newest.audit["who"]["name"] == "Dr Jonas Okafor"
    assert newest.audit["purpose"] == "TREAT"
    assert newest.audit["client"].startswith("app:")
    # the launch was for her: nobody else's record is reached, whatever the doctor may see
    assert growth.http.get(f"{base}/Observation?patient={OTHER}", headers=auth).status_code == 403


def test_the_chart_leads_to_the_apps_that_there_are(
    cast: Cast, doctor: Client, request: pytest.FixtureRequest
) -> None:
    cast.grant(cast.doctor, "lab-results")
    cast.grant(cast.family_doctor, "lab-results")
    link = f"/o/launch/{cast.hospital.slug}/{cast.person}/"

    def chart(browser: Client, place: Organisation) -> str:
        address = reverse(
            "providers:section", args=[place.slug, cast.hospital.slug, cast.person, "lab-results"]
        )
        return browser.get(address).content.decode()

    assert link not in chart(doctor, cast.hospital)
    request.getfixturevalue("growth")
    assert link in chart(doctor, cast.hospital)
    assert "/o/launch/" not in chart(sign_in(cast.family_doctor), cast.practice)
    assert "Growth Chart" in text(doctor.get(link))


def test_a_launch_is_used_once_and_by_whoever_made_it(cast: Cast, doctor: Client, growth: App) -> None:
    cast.grant(cast.doctor, "lab-results")
    handle = start(cast, doctor, growth)["launch"]
    address = growth.authorise_url(cast.hospital, SCOPE, launch=handle)
    assert answer_at(sign_in(cast.amara).get(address)["Location"])["error"] == "access_denied"
    growth.connect(doctor, cast.hospital, SCOPE, launch=handle)
    assert answer_at(doctor.get(address)["Location"])["error"] == "invalid_request"
    assert handle not in str(list(Launch.objects.values()))


def test_whoever_may_open_nothing_can_launch_nothing(cast: Cast, doctor: Client, growth: App) -> None:
    address = f"/o/launch/{cast.hospital.slug}/{cast.person}/"
    assert doctor.post(address, {"application": str(growth.application.id)}).status_code == 403


def test_user_scopes_reach_what_the_clinician_reaches(cast: Cast, doctor: Client, growth: App) -> None:
    cast.grant(cast.doctor, "lab-results")
    token = growth.connect(doctor, cast.hospital, "openid user/Observation.rs")
    assert "patient" not in token
    base, auth = f"/fhir/{cast.hospital.slug}", bearer(token["access_token"])
    asked = f"{base}/Observation?patient={PATIENT}&category=laboratory"
    assert growth.http.get(asked, headers=auth).status_code == 200
    assert growth.http.get(f"{base}/Observation?patient={OTHER}", headers=auth).status_code == 403


def test_where_all_need_a_second_factor_an_app_is_connected_with_it(
    cast: Cast, doctor: Client, growth: App
) -> None:
    cast.grant(cast.doctor, "lab-results")
    scope = "openid user/Observation.rs"
    labs = f"/fhir/{cast.hospital.slug}/Observation?patient={PATIENT}&category=laboratory"
    before = growth.connect(doctor, cast.hospital, scope)["access_token"]
    assert growth.http.get(labs, headers=bearer(before)).status_code == 200
    require_strong(tenant=cast.hospital.id, strong=True, actor=cast.administrator.user)
    weak = growth.http.get(labs, headers=bearer(before))
    assert weak.status_code == 403
    assert weak.json()["issue"][0]["details"]["coding"][0]["code"] == "confirmation-needed"
    assert len(entries_of_type(cast.hospital.id, "access.denied")) == 1
    address = growth.authorise_url(cast.hospital, scope)
    assert answer_at(doctor.get(address)["Location"])["error"] == "access_denied"

    second_factor(cast.doctor)
    session = doctor.session
    session["account_authentication_methods"] = [
        *session["account_authentication_methods"], {"method": "mfa", "type": "totp", "at": time.time()}
    ]  # fmt: skip
    session.save()
    anew = growth.connect(doctor, cast.hospital, scope)["access_token"]
    assert growth.http.get(labs, headers=bearer(anew)).status_code == 200
    assert growth.http.get(labs, headers=bearer(before)).status_code == 403


def test_what_the_scopes_refuse_uses_no_contract_up(cast: Cast, doctor: Client, growth: App) -> None:
    cast.grant(cast.doctor, "lab-results", uses=1)
    token = growth.connect(doctor, cast.hospital, "user/Immunization.rs")["access_token"]
    labs = f"/fhir/{cast.hospital.slug}/Observation?patient={PATIENT}&category=laboratory"
    assert growth.http.get(labs, headers=bearer(token)).status_code == 403
    wider = growth.connect(doctor, cast.hospital, "user/Observation.rs")["access_token"]
    answers = [growth.http.get(labs, headers=bearer(wider)).status_code for _ in range(2)]
    assert answers == [200, 403]
