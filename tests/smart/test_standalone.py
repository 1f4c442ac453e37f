"""A patient connects an application: discovery, the page, the contract, the token, and what it reaches."""

import pytest
from django.test import Client
from joserfc import jwt
from joserfc.jwk import KeySet

from ledger.scope import party_scope
from tests.cast import PATIENT, Cast
from tests.entries import entries_of_type
from tests.smart.app import LAB, REDIRECT, App, answer_at, app, bearer, decide, submit
from tests.staff import text

SCOPE = f"launch/patient openid fhirUser offline_access {LAB} patient/Condition.r"


def test_the_configuration_names_what_is_served(cast: Cast, client: Client) -> None:
    found = client.get(f"/fhir/{cast.hospital.slug}/.well-known/smart-configuration").json()
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert found["token_endpoint_auth_signing_alg_values_supported"] == ["RS384", "ES384"]
    assert {"launch-ehr", "launch-standalone", "permission-v2"} <= set(found["capabilities"])
    assert found["token_endpoint"] == "http://testserver/o/token/"
    for name in ("authorization_endpoint", "introspection_endpoint", "revocation_endpoint", "jwks_uri"):
        assert client.get(found[name]).status_code != 404, name
    assert client.get("/fhir/nowhere/.well-known/smart-configuration").status_code == 404
    (rest,) = client.get(f"/fhir/{cast.hospital.slug}/metadata").json()["rest"]
    (extension,) = rest["security"]["extension"]
    assert {one["url"]: one["valueUri"] for one in extension["extension"]}["token"] == found["token_endpoint"]


def test_the_page_says_what_is_asked_and_what_is_signed(cast: Cast, amara: Client, growth: App) -> None:
    page = amara.get(growth.authorise_url(cast.hospital, SCOPE))
    says = text(page)
    assert "Connect Growth Chart?" in says
    assert "Read: lab results" in says
    assert "The application Growth Chart" in says.replace("\xa0", " ")


def test_agreeing_signs_a_contract_and_gives_a_token_with_its_context(
    cast: Cast, amara: Client, growth: App
) -> None:
    back = growth.ask(amara, cast.hospital, SCOPE)
    assert back["state"] == "st4te"
    assert back["iss"] == "http://testserver/o"
    token = growth.exchange(back["code"]).json()
    assert token["patient"] == PATIENT
    assert token["need_patient_banner"] is False
    assert set(token["scope"].split()) == set(SCOPE.split())
    assert 300 <= token["expires_in"] <= 900
    keys = KeySet.import_key_set(growth.http.get("/o/.well-known/jwks.json").json())
    claims = jwt.decode(token["id_token"], keys, algorithms=["RS256"]).claims
    assert claims["fhirUser"] == f"http://testserver/fhir/{cast.hospital.slug}/Patient/{PATIENT}"
    assert claims["iss"] == "http://testserver/o"
    from consent import selectors

    with party_scope(cast.person):
        (contract,) = selectors.contracts_of_person(cast.person)
    assert contract.grantee_kind == "application"
    assert contract.grantee == growth.application.id
    assert contract.signature_kind == "reauthenticated"
    (issued,) = entries_of_type(cast.hospital.id, "token.issued")
    assert issued.audit["application"]["name"] == "Growth Chart"
    assert issued.audit["by"] == "authorization_code"


def test_the_token_reaches_what_scopes_and_contract_both_allow(
    cast: Cast, amara: Client, growth: App
) -> None:
    token = growth.connect(amara, cast.hospital, SCOPE)["access_token"]
    base, http = f"/fhir/{cast.hospital.slug}", growth.http
    labs = http.get(f"{base}/Observation?patient={PATIENT}", headers=bearer(token))
    assert labs.status_code == 200, labs.content
    found = {entry["resource"]["id"] for entry in labs.json()["entry"]}
    assert found == {f"{PATIENT}-hba1c-1", f"{PATIENT}-hba1c-2", f"{PATIENT}-ldl-1"}
    assert http.get(f"{base}/Observation/{PATIENT}-ldl-1", headers=bearer(token)).status_code == 200
    # vital signs are outside of the restriction, searching conditions outside of the letters
    assert http.get(f"{base}/Observation/{PATIENT}-weight-1", headers=bearer(token)).status_code == 403
    assert http.get(f"{base}/Condition/{PATIENT}-diabetes", headers=bearer(token)).status_code == 200
    assert http.get(f"{base}/Condition?patient={PATIENT}", headers=bearer(token)).status_code == 403
    assert http.get(f"{base}/AllergyIntolerance?patient={PATIENT}", headers=bearer(token)).status_code == 403
    # what is marked sensitive is in no contract that the page signs
    assert http.get(f"{base}/Condition/{PATIENT}-low-mood", headers=bearer(token)).status_code == 403
    newest = entries_of_type(cast.hospital.id, "access.permitted")[-1]
    assert newest.audit["who"]["name"] == "Growth Chart"
    assert newest.audit["client"] == f"app:{growth.application.client_id}"
    assert newest.audit["role"] == "application"
    assert newest.audit["purpose"] == "PATRQT"


def test_a_program_without_cookies_gets_its_token(cast: Cast, amara: Client, growth: App) -> None:
    growth.http = Client(enforce_csrf_checks=True)
    token = growth.connect(amara, cast.hospital, SCOPE)
    assert growth.refresh(token["refresh_token"]).status_code == 200
    asked = {"token": token["access_token"], "client_id": growth.application.client_id}
    assert growth.http.post("/o/revoke_token/", asked).status_code == 200
    assert growth.http.post("/o/introspect/", asked).status_code == 401
    assert growth.http.post("/o/userinfo/", headers=bearer("nothing")).status_code == 401


def test_less_may_be_given_than_is_asked(cast: Cast, amara: Client, growth: App) -> None:
    address = growth.authorise_url(cast.hospital, SCOPE)
    back = submit(amara, address, {"allow": "1", "until": "1", "given": ["patient/Condition.r"]})
    token = growth.exchange(answer_at(back)["code"]).json()
    assert LAB not in token["scope"].split()
    base = f"/fhir/{cast.hospital.slug}"
    labs = growth.http.get(f"{base}/Observation?patient={PATIENT}", headers=bearer(token["access_token"]))
    assert labs.status_code == 403


def test_what_is_signed_is_what_was_read(cast: Cast, amara: Client, growth: App) -> None:
    from consent import selectors

    def code_hashes() -> list[str]:
        with party_scope(cast.person):
            return [each.code_hash for each in selectors.contracts_of_person(cast.person)]

    page = amara.get(growth.authorise_url(cast.hospital, SCOPE))
    less = {"allow": "1", "until": "1", "given": [LAB]}
    again = decide(amara, page, less)
    assert "Nothing is signed yet" in text(again)
    assert "lab results" in again.context["sentence"]
    assert "conditions" not in again.context["sentence"]
    assert 'value="1" selected' in again.content.decode()
    for other in ("", "0" * 64, page.context["shown"]):
        assert "Nothing is signed yet" in text(decide(amara, again, {**less, "shown": other}))
    assert code_hashes() == []
    assert "code" in answer_at(decide(amara, again, less).context["address"])
    assert code_hashes() == [again.context["shown"]]


def test_declining_tells_the_application_and_signs_nothing(cast: Cast, amara: Client, growth: App) -> None:
    back = submit(amara, growth.authorise_url(cast.hospital, SCOPE), {"deny": "1", "until": "1"})
    assert answer_at(back)["error"] == "access_denied"
    assert entries_of_type(cast.hospital.id, "contract.signed") == []


def test_a_code_counts_once_and_only_with_its_verifier(cast: Cast, amara: Client, growth: App) -> None:
    code = growth.ask(amara, cast.hospital, SCOPE)["code"]
    assert growth.exchange(code, code_verifier="x" * 43).json()["error"] == "invalid_grant"
    code = growth.ask(amara, cast.hospital, SCOPE)["code"]
    assert growth.exchange(code).status_code == 200
    assert growth.exchange(code).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    "wrong",
    [
        {"code_challenge_method": "plain"},
        {"code_challenge_method": ""},
        {"code_challenge": "", "code_challenge_method": ""},
        {"aud": "https://elsewhere.example/fhir/st-mary"},
        {"aud": ""},
        {"scope": "patient/*.rs patient/Observation.rs?code=1"},
        {"scope": "patient/Observation.rs?category=survey"},
        {"scope": "system/*.rs"},
        {"response_type": "token"},
    ],
)
def test_what_is_asked_wrongly_comes_back_as_an_error(
    cast: Cast, amara: Client, growth: App, wrong: dict[str, str]
) -> None:
    answer = amara.get(growth.authorise_url(cast.hospital, wrong.pop("scope", "patient/*.rs"), **wrong))
    assert answer.status_code == 302
    assert answer["Location"].startswith(REDIRECT)
    assert "error=" in answer["Location"]
    assert "code=" not in answer["Location"]


def test_an_unknown_application_or_address_is_answered_here(cast: Cast, amara: Client, growth: App) -> None:
    assert amara.get(growth.authorise_url(cast.hospital, "openid", client_id="nobody")).status_code == 400
    elsewhere = growth.authorise_url(cast.hospital, "openid", redirect_uri="https://evil.example/back")
    assert amara.get(elsewhere).status_code == 400


def test_an_organisation_that_has_not_admitted_it_is_out_of_its_reach(
    cast: Cast, amara: Client, growth: App
) -> None:
    answer = amara.get(growth.authorise_url(cast.practice, SCOPE))
    assert answer_at(answer["Location"])["error"] == "unauthorized_client"


def test_somebody_who_is_nobody_there_cannot_connect_it(cast: Cast, growth: App) -> None:
    from tests.staff import sign_in

    answer = sign_in(cast.outsider).get(growth.authorise_url(cast.hospital, SCOPE))
    assert answer_at(answer["Location"])["error"] == "access_denied"


def test_a_confidential_application_needs_its_secret(cast: Cast, amara: Client) -> None:
    kept = app(cast.hospital, confidential=True)
    code = kept.ask(amara, cast.hospital, SCOPE)["code"]
    secret, kept.secret = kept.secret, "wrong"
    assert kept.exchange(code).status_code == 401
    kept.secret = ""
    assert kept.exchange(code).status_code == 401
    kept.secret = secret
    assert kept.exchange(code).status_code == 200
