"""Tokens live briefly and are renewed once each; a refresh token that comes twice ends its family."""

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from portal.smart.models import AccessToken, Connection, Grant, RefreshToken
from portal.smart.validator import ONLINE
from tests.cast import PATIENT, Cast
from tests.entries import entries_of_type
from tests.smart.app import App, app, bearer

LASTING = "launch/patient offline_access patient/*.rs"


def reads(http: Client, cast: Cast, token: str) -> int:
    address = f"/fhir/{cast.hospital.slug}/Observation?patient={PATIENT}"
    return http.get(address, headers=bearer(token)).status_code


def test_a_refreshed_token_replaces_the_one_before(cast: Cast, amara: Client, growth: App) -> None:
    first = growth.connect(amara, cast.hospital, LASTING)
    second = growth.refresh(first["refresh_token"]).json()
    assert second["patient"] == PATIENT
    assert reads(growth.http, cast, second["access_token"]) == 200
    assert reads(growth.http, cast, first["access_token"]) == 401


def test_a_refresh_token_that_comes_twice_ends_the_family(cast: Cast, amara: Client, growth: App) -> None:
    first = growth.connect(amara, cast.hospital, LASTING)
    second = growth.refresh(first["refresh_token"]).json()
    again = growth.refresh(first["refresh_token"])
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert reads(growth.http, cast, second["access_token"]) == 401
    assert growth.refresh(second["refresh_token"]).status_code == 400
    codes = [entry.audit["code"] for entry in entries_of_type(cast.hospital.id, "token.revoked")]
    assert "refresh-token-reused" in codes


def test_asking_for_less_renews_the_refresh_token_as_well(cast: Cast, amara: Client, growth: App) -> None:
    """Also where what lets it last is left out (RFC 6749, 6): the one that was used is used up."""
    first = growth.connect(amara, cast.hospital, LASTING)
    second = growth.refresh(first["refresh_token"], scope="launch/patient patient/*.rs").json()
    assert set(second["scope"].split()) == {"launch/patient", "patient/*.rs"}
    third = growth.refresh(second["refresh_token"]).json()
    assert reads(growth.http, cast, second["access_token"]) == 401
    assert reads(growth.http, cast, third["access_token"]) == 200
    assert growth.refresh(first["refresh_token"]).json()["error"] == "invalid_grant"
    assert reads(growth.http, cast, third["access_token"]) == 401
    assert growth.refresh(third["refresh_token"]).status_code == 400


def test_another_application_cannot_use_or_end_it(cast: Cast, amara: Client, growth: App) -> None:
    first = growth.connect(amara, cast.hospital, LASTING)
    other = app(cast.hospital)
    assert other.refresh(first["refresh_token"]).status_code == 400
    other.http.post(
        "/o/revoke_token/", {"token": first["access_token"], "client_id": other.application.client_id}
    )
    assert reads(growth.http, cast, first["access_token"]) == 200
    assert growth.refresh(first["refresh_token"]).status_code == 200


def test_without_a_lasting_scope_there_is_no_refresh_token(cast: Cast, amara: Client, growth: App) -> None:
    assert "refresh_token" not in growth.connect(amara, cast.hospital, "launch/patient patient/*.rs")


def test_online_access_lasts_a_day_at_work(cast: Cast, amara: Client, growth: App) -> None:
    first = growth.connect(amara, cast.hospital, "launch/patient online_access patient/*.rs")
    second = growth.refresh(first["refresh_token"]).json()
    from ledger.scope import tenant_scope

    with tenant_scope(cast.hospital.id):
        Connection.objects.update(since=timezone.now() - ONLINE - timedelta(minutes=1))
    assert growth.refresh(second["refresh_token"]).status_code == 400


def test_an_expired_token_is_refused(cast: Cast, amara: Client, growth: App) -> None:
    token = growth.connect(amara, cast.hospital, LASTING)["access_token"]
    AccessToken.objects.update(expires=timezone.now())
    assert reads(growth.http, cast, token) == 401


def test_a_revoked_token_is_refused_and_the_ledger_says_so(cast: Cast, amara: Client, growth: App) -> None:
    token = growth.connect(amara, cast.hospital, LASTING)
    asked = {"token": token["access_token"], "client_id": growth.application.client_id}
    assert growth.http.post("/o/revoke_token/", asked).status_code == 200
    assert reads(growth.http, cast, token["access_token"]) == 401
    assert growth.refresh(token["refresh_token"]).status_code == 400
    assert entries_of_type(cast.hospital.id, "token.revoked")[0].audit["code"] == "by-application"


def test_no_secret_is_kept(cast: Cast, amara: Client) -> None:
    kept = app(cast.hospital, confidential=True)
    code = kept.ask(amara, cast.hospital, LASTING)["code"]
    assert code not in str(list(Grant.objects.values()))
    token = kept.exchange(code).json()
    held = str(
        [list(model.objects.values()) for model in (AccessToken, RefreshToken, type(kept.application))]
    )
    for secret in (token["access_token"], token["refresh_token"], kept.secret):
        assert secret not in held


def test_a_client_asks_about_its_own_tokens_only(cast: Cast, amara: Client) -> None:
    kept, other = app(cast.hospital, confidential=True), app(cast.hospital, confidential=True)
    token = kept.connect(amara, cast.hospital, LASTING)
    asked = {"token": token["access_token"]}
    said = kept.http.post("/o/introspect/", asked, headers=kept.headers).json()
    assert said["active"] is True
    assert said["patient"] == PATIENT
    assert said["scope"] == token["scope"]
    assert other.http.post("/o/introspect/", asked, headers=other.headers).json() == {"active": False}
    assert kept.http.post("/o/introspect/", asked).status_code == 401
