"""Backend services: a signed assertion for a token that acts for nobody (SMART App Launch 2.2, Backend Services)."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.core.cache import cache
from joserfc.jwk import ECKey, OctKey, RSAKey
from pytest_django import Settings

from consent import services as consent
from consent.sentence import Display
from consent.signature import Signature
from consent.terms import Grantee, Terms
from ledger.errors import OutboundRefused
from ledger.outbound import call
from ledger.scope import tenant_scope
from portal.smart.errors import BadRegistration
from tests.cast import OTHER, PATIENT, Cast
from tests.entries import entries_of_type
from tests.smart.app import HOST, Backend, backend, bearer


@pytest.fixture(params=["ES384", "RS384"])
def service(cast: Cast, request: pytest.FixtureRequest) -> Backend:
    return backend(cast.hospital, algorithm=request.param)


def agree(cast: Cast, service: Backend) -> None:
    """Amara signs a contract with the service over her lab results."""
    ends = datetime.now(UTC) + timedelta(days=30)
    grantee = Grantee("application", service.application.id)
    with tenant_scope(cast.hospital.id):
        consent.grant(
            person=cast.person,
            grantor=cast.amara.user,
            terms=Terms(cast.hospital.id, grantee, ("lab-results",), ("TREAT",), ends),
            signature=Signature("reauthenticated", cast.amara.user),
            display=Display(service.application.name, cast.hospital.name),
        )


def test_an_assertion_gives_a_token_that_reaches_who_agreed(cast: Cast, service: Backend) -> None:
    token = bearer(service.token())
    address = f"/fhir/{cast.hospital.slug}/Observation?category=laboratory&patient="
    assert service.http.get(address + PATIENT, headers=token).status_code == 404
    assert len(entries_of_type(cast.hospital.id, "access.denied")) == 1
    agree(cast, service)
    assert service.http.get(address + PATIENT, headers=token).status_code == 200
    assert service.http.get(address + OTHER, headers=token).status_code == 404
    assert entries_of_type(cast.hospital.id, "token.issued")[-1].audit["by"] == "client_credentials"
    assert entries_of_type(cast.practice.id, "token.issued") == []
    # where it is not admitted it is nobody
    elsewhere = f"/fhir/{cast.practice.slug}/Observation?patient={PATIENT}"
    assert service.http.get(elsewhere, headers=token).status_code == 401


def test_an_assertion_counts_once(service: Backend) -> None:
    assertion = service.signed(service.claims())
    assert service.ask(assertion).status_code == 200
    again = service.ask(assertion)
    assert (again.status_code, again.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "somebody"},
        {"sub": "somebody"},
        {"aud": "https://elsewhere.example/o/token/"},
        {"aud": None},
        {"exp": int(time.time()) - 60},
        {"exp": int(time.time()) + 3600},
        {"exp": None},
        {"exp": "soon"},
        {"jti": None},
        {"jti": 7},
        {"nbf": int(time.time()) + 3600},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_an_assertion_with_a_wrong_claim_is_refused(cast: Cast, wrong: dict[str, Any]) -> None:
    service = backend(cast.hospital)
    assert service.ask(service.signed(service.claims(**wrong))).status_code == 401


def test_an_assertion_signed_otherwise_is_refused(cast: Cast) -> None:
    service = backend(cast.hospital)
    claims = service.claims()
    other = ECKey.generate_key("P-384", {"kid": service.key.kid})
    assert service.ask(service.signed(claims, key=other)).status_code == 401
    rsa = RSAKey.generate_key(2048, {"kid": service.key.kid})
    assert service.ask(service.signed(claims, algorithm="RS256", key=rsa)).status_code == 401
    public = OctKey.import_key(json.dumps(service.key.as_dict(private=False)))
    assert service.ask(service.signed(claims, algorithm="HS384", key=public)).status_code == 401
    head, body, _ = service.signed(claims).split(".")
    for text in (f"{head}.{body}.", "x", "..", "a.b.c", "", f"{head}.{body}.{'A' * 20000}"):
        assert service.ask(text).status_code in (400, 401), text[:20]


def test_scopes_of_people_are_not_for_services(cast: Cast) -> None:
    service = backend(cast.hospital)
    assert service.ask(service.signed(service.claims()), "patient/*.rs").json()["error"] == "invalid_scope"
    assert service.ask(service.signed(service.claims()), "system/*.cruds").json()["error"] == "invalid_scope"


def test_several_purposes_have_to_be_told_apart(cast: Cast) -> None:
    service = backend(cast.hospital, purposes=["TREAT", "HOPERAT"])
    agree(cast, service)
    token = bearer(service.token())
    address = f"/fhir/{cast.hospital.slug}/Observation?category=laboratory&patient={PATIENT}"
    assert service.http.get(address, headers=token).status_code == 422
    for purpose, status in (("TREAT", 200), ("HOPERAT", 403), ("HRESCH", 403), ("ETREAT", 403)):
        answer = service.http.get(address, headers={**token, "Purpose-Of-Use": purpose})
        assert answer.status_code == status, purpose


@contextmanager
def published(document: Any) -> Iterator[str]:
    """The address where somebody publishes this."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(document).encode())

        def log_message(self, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/keys"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_keys_are_fetched_from_where_they_are_published(cast: Cast, settings: Settings) -> None:
    cache.clear()
    settings.DEBUG = True
    keys: dict[str, Any] = {"keys": []}
    with published(keys) as address:
        service = backend(cast.hospital, jwks_uri=address)
        keys["keys"].append(service.key.as_dict(private=False))
        assert service.ask(service.signed(service.claims())).status_code == 200
    # they are kept for a while
    assert service.ask(service.signed(service.claims())).status_code == 200
    cache.clear()
    assert service.ask(service.signed(service.claims())).status_code == 401


@pytest.mark.parametrize(
    "address",
    [
        "http://keys.example/jwks",
        "https://user:secret@keys.example/jwks",
        "https://keys.example/jwks#x",
        "ftp://keys.example/",
        "https://",
        "http://127.0.0.1/jwks",
        "https://keys.example/a b",
    ],
)
def test_an_address_that_is_not_called_is_not_registered(cast: Cast, address: str) -> None:
    with pytest.raises(BadRegistration):
        backend(cast.hospital, jwks_uri=address)


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "169.254.169.254", "10.0.0.1", "localhost"])
def test_private_networks_are_not_called(host: str) -> None:
    with pytest.raises(OutboundRefused, match="private network"):
        call(f"https://{host}/jwks", largest=1000)


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"keys": []},
        {"keys": [{"kty": "oct", "k": "AA"}]},
        {"keys": [{"kty": "RSA"}]},
        {"keys": ["x"]},
        [],
        {"keys": [ECKey.generate_key("P-384").as_dict(private=True)]},
    ],
    ids=range(7),
)
def test_keys_that_could_not_check_anything_are_refused(cast: Cast, keys: Any) -> None:
    from portal.smart import services

    with pytest.raises(BadRegistration):
        services.register(name="Feed", scopes="system/*.rs", backend=True, jwks=keys)


def test_the_audience_is_the_token_address_that_discovery_names(cast: Cast) -> None:
    service = backend(cast.hospital)
    named = service.http.get(f"/fhir/{cast.hospital.slug}/.well-known/smart-configuration").json()
    assert named["token_endpoint"] == f"{HOST}/o/token/"
