"""An application that runs in a browser, on a page of another site."""

from django.test import Client

from tests.cast import Cast

ORIGIN = {"Origin": "https://app.example"}


def test_a_page_of_another_site_may_call_fhir_with_its_token(cast: Cast, client: Client) -> None:
    asked = {
        **ORIGIN,
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "authorization",
    }
    before = client.options(f"/fhir/{cast.hospital.slug}/Observation/x", headers=asked)
    assert before.status_code == 204
    assert before["Access-Control-Allow-Origin"] == "*"
    assert "PUT" in before["Access-Control-Allow-Methods"]
    assert "Authorization" in before["Access-Control-Allow-Headers"]
    refused = client.get(f"/fhir/{cast.hospital.slug}/Patient", headers=ORIGIN)
    assert refused.status_code == 401
    assert refused["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in refused


def test_its_token_comes_from_the_token_address(cast: Cast, client: Client) -> None:
    assert client.options("/o/token/", headers=ORIGIN)["Access-Control-Allow-Origin"] == "*"
    answer = client.post("/o/token/", {"grant_type": "authorization_code"}, headers=ORIGIN)
    assert answer["Access-Control-Allow-Origin"] == "*"


def test_nothing_else_is_open_to_other_sites(client: Client) -> None:
    for path in ("/api/v1/me/", "/accounts/login/", "/o/introspect/"):
        assert "Access-Control-Allow-Origin" not in client.get(path, headers=ORIGIN)
