"""Whatever a caller gets wrong: a problem document with its own code, and nothing stored."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from portal.accounts import selectors, services
from portal.accounts.models import PersonalToken
from tests.api.house import ANA, Caller, House, contract_body

KEPT_ON = ("accounts_personaltoken", "ledger_")  # a token notes its use; the sequencer goes on with its work


def problem(answer: Any) -> tuple[int, str]:
    """Status and code, of an answer that is a problem document through and through."""
    document = answer.json()
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert document["status"] == answer.status_code
    assert document["type"].endswith(f"#{document['code']}")
    assert document["instance"] == f"urn:uuid:{answer.headers['Request-Id']}"
    assert document["detail"].endswith((".", ")"))
    assert document["title"]
    return answer.status_code, document["code"]


@pytest.fixture
def unchanged(house: House, administrator: "psycopg.Connection[tuple[Any, ...]]") -> Iterator[None]:
    """What is stored of contracts, requests, emergencies and records, and what was submitted, stays as it was."""
    before = stored(administrator)
    yield
    assert stored(administrator) == before


def stored(administrator: "psycopg.Connection[tuple[Any, ...]]") -> list[tuple[Any, ...]]:
    tables = ("consent_contract", "consent_contractrequest", "consent_emergencysession", "records_version")
    counts = ", ".join(f"(SELECT count(*) FROM {table})" for table in tables)
    of_others = "WHERE type <> 'token.issued'"  # by the tests themselves
    entries = " + ".join(
        f"(SELECT count(*) FROM {table} {of_others})" for table in ("ledger_entry", "ledger_submission")
    )
    return administrator.execute(f"SELECT {counts}, {entries}").fetchall()


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"custodian": "nowhere"}, (404, "unknown-tenant")),
        ({"grantee": {"practitioner": "nobody@nowhere.example"}}, (404, "unknown-grantee")),
        ({"grantee": {"practitioner": "ben@example.org"}}, (404, "unknown-grantee")),
        ({"grantee": {"organisation": "nowhere"}}, (404, "unknown-grantee")),
        ({"grantee": {"person": "nobody@nowhere.example"}}, (404, "unknown-grantee")),
        (
            {"grantee": {"practitioner": "doctor@riverside.example", "organisation": "st-mary"}},
            (404, "unknown-grantee"),
        ),
        ({"grantee": {}}, (400, "invalid-body")),
        ({"grantee": {"practitioner": "x@example.org", "person": "y@example.org"}}, (400, "invalid-body")),
        ({"grantee": "doctor@riverside.example"}, (400, "invalid-body")),
        ({"categories": ["horoscope"]}, (422, "unknown-category")),
        ({"categories": []}, (400, "invalid-body")),
        ({"categories": "lab-results"}, (400, "invalid-body")),
        ({"categories": [1]}, (400, "invalid-body")),
        ({"purposes": ["GOSSIP"]}, (422, "unknown-purpose")),
        ({"actions": ["sell"]}, (422, "unknown-action")),
        ({"sensitivity": ["ODD"]}, (422, "unknown-sensitivity")),
        ({"ends": "2020-01-01T00:00:00Z"}, (422, "period-invalid")),
        ({"starts": "2031-01-01T00:00:00Z", "ends": "2030-01-01T00:00:00Z"}, (422, "period-invalid")),
        ({"starts": "2030-01-01T00:00:00Z", "ends": "2030-01-01T00:00:00Z"}, (422, "period-invalid")),
        ({"ends": "soon"}, (400, "invalid-body")),
        ({"ends": None}, (400, "invalid-body")),
        ({"sensitivty": ["HIV"]}, (400, "invalid-body")),
        ({"request": "01a208dc-490a-7345-974b-ebda405019ad"}, (404, "unknown-request")),
    ],
)
def test_a_contract_that_cannot_be(house: House, changes: dict[str, Any], expected: tuple[int, str]) -> None:
    assert problem(house.ana.post("/api/v1/contracts/", json=contract_body(**changes))) == expected


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("missing", ["custodian", "grantee", "categories", "purposes", "ends"])
def test_a_contract_without_a_part_names_that_part(house: House, missing: str) -> None:
    body = contract_body()
    del body[missing]
    answer = house.ana.post("/api/v1/contracts/", json=body)
    assert problem(answer) == (400, "invalid-body")
    assert [fault["field"] for fault in answer.json()["errors"]] == [missing]


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", (400, "invalid-body")),
        (b"{", (400, "json-malformed")),
        (b"[]", (400, "json-malformed")),
        (b"null", (400, "json-malformed")),
        (b'{"ends": NaN}', (400, "json-malformed")),
        (b'{"ends": 1e999}', (400, "json-malformed")),
        (b'{"ends": "a", "ends": "b"}', (400, "json-malformed")),
        (b'{"ends": "\xff"}', (400, "json-malformed")),
        (b'{"ends": "\\ud800"}', (400, "json-malformed")),
        (b'{"ends": "\\u0000"}', (400, "json-malformed")),
        (b'\xef\xbb\xbf{"ends": ""}', (400, "json-malformed")),
        (b'{"ends": "a"} {}', (400, "json-malformed")),
        (b'{"ends":' + b"[" * 100_000 + b"]" * 100_000 + b"}", (400, "json-malformed")),
        (b'{"ends":' + b"[" * 100 + b"]" * 100 + b"}", (400, "json-malformed")),
        (b'{"ends": "' + b"a" * 1024 * 1024 + b'"}', (413, "body-too-large")),
        (b'{"ends": ' + b"9" * 5000 + b"}", (400, "json-malformed")),
    ],
    ids=lambda value: str(value[:24]) if isinstance(value, bytes) else "",
)
def test_a_body_that_is_not_one_json_object(house: House, body: bytes, expected: tuple[int, str]) -> None:
    answer = house.ana.post("/api/v1/contracts/", content=body, headers={"Content-Type": "application/json"})
    assert problem(answer) == expected


@pytest.mark.usefixtures("unchanged")
def test_a_body_that_is_no_json_at_all(house: House) -> None:
    answer = house.ana.post("/api/v1/contracts/", data={"custodian": "st-mary"})
    assert problem(answer) == (415, "unsupported-media-type")


@pytest.mark.usefixtures("unchanged")
def test_only_a_patient_registered_there_grants(house: House) -> None:
    assert problem(house.doctor.post("/api/v1/contracts/", json=contract_body())) == (403, "not-a-patient")
    elsewhere = contract_body(custodian="riverside")
    assert problem(house.ben.post("/api/v1/contracts/", json=elsewhere)) == (404, "unknown-person")


@pytest.mark.usefixtures("unchanged")
def test_what_ended_ends_once(house: House, administrator: "psycopg.Connection[tuple[Any, ...]]") -> None:
    missing = house.ana.post("/api/v1/contracts/01a208dc-490a-7345-974b-ebda405019ad/revoke/")
    assert problem(missing) == (404, "unknown-contract")


def test_a_contract_revoked_twice(house: House) -> None:
    ana = house.ana
    made = ana.post("/api/v1/contracts/", json=contract_body()).json()
    assert ana.post(f"/api/v1/contracts/{made['id']}/revoke/").status_code == 200
    assert problem(ana.post(f"/api/v1/contracts/{made['id']}/revoke/")) == (409, "contract-ended")


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer one two",
        "Bearer assent_wrong",
        "Bearer assent_\u00fc",
        "Basic YTpi",
        "assent_x",
        "Bearer " + "a" * 999,
    ],
)
def test_a_call_without_a_good_token_is_challenged(house: House, header: str) -> None:
    for path in ("/api/v1/me/", "/api/v1/accesses/", "/api/v1/ledger/st-mary/"):
        sent = [(b"Authorization", header.encode("latin-1"))] if header else []
        answer = house.http.get(path, headers=sent)
        status, code = problem(answer)
        assert (status, code) in {(401, "not-authenticated"), (401, "invalid-token")}
        assert answer.headers["WWW-Authenticate"].startswith("Bearer ")


def test_a_token_that_is_over_or_revoked_opens_nothing(house: House) -> None:
    ana = selectors.user_by_email("ana@example.org")
    expired = services.create_token(user=ana, scopes="*", lifetime=timedelta(seconds=-1))
    revoked = services.create_token(user=ana, scopes="*")
    services.revoke_token(token=PersonalToken.objects.get(prefix=revoked[:13]).id)
    for token in (expired, revoked):
        for path in ("/api/v1/me/", f"/fhir/st-mary/Patient/{ANA}"):
            answer = Caller(house.http, token).get(path)
            assert answer.status_code == 401
            assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
            assert "ana" not in answer.text.lower()


def test_an_account_that_was_closed_has_no_good_token(house: House) -> None:
    caller = house.ana
    ana = selectors.user_by_email("ana@example.org")
    ana.is_active = False
    ana.save()
    assert problem(caller.get("/api/v1/me/")) == (401, "invalid-token")


@pytest.mark.usefixtures("unchanged")
def test_one_acts_for_no_organisation_that_one_is_not_in(house: House) -> None:
    for path in ("/api/v1/me/", "/api/v1/contracts/", "/api/v1/requests/"):
        elsewhere = house.doctor.get(path, headers={"X-Tenant": "st-mary"})
        assert problem(elsewhere) == (403, "not-a-member")
        nowhere = house.doctor.get(path, headers={"X-Tenant": "nowhere"})
        assert problem(nowhere) == (404, "unknown-tenant")


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/api/v1/nothing/", (404, "not-found")),
        ("GET", "/api/v1/contracts/not-a-uuid/", (404, "not-found")),
        ("POST", "/api/v1/me/", (405, "method-not-allowed")),
        ("DELETE", "/api/v1/contracts/", (405, "method-not-allowed")),
        ("OPTIONS", "/api/v1/contracts/", (405, "method-not-allowed")),
        ("GET", "/api/v1/ledger/nowhere/", (404, "unknown-tenant")),
        ("GET", "/api/v1/accesses/?cursor=x", (404, "bad-cursor")),
        ("GET", "/api/v1/accesses/?cursor=W10", (404, "bad-cursor")),
        ("GET", "/api/v1/accesses/?cursor=WyJ4Il0", (404, "bad-cursor")),
        ("GET", "/api/v1/contracts/?cursor=WzFd", (404, "bad-cursor")),
        ("GET", "/api/v1/accesses/?limit=0", (400, "bad-parameter")),
        ("GET", "/api/v1/accesses/?limit=\u0665", (400, "bad-parameter")),
        ("GET", "/api/v1/contracts/?cursor=%00", (400, "bad-parameter")),
        ("GET", "/api/v1/x%0Ay/", (404, "not-found")),
        ("GET", "/api/v1/contracts/?side=left", (400, "bad-parameter")),
        (
            "GET",
            "/api/v1/ledger/st-mary/entries/01a208dc-490a-7345-974b-ebda405019ad/receipt/",
            (404, "unknown-entry"),
        ),
    ],
)
def test_an_address_that_is_not_there(
    house: House, method: str, path: str, expected: tuple[int, str]
) -> None:
    assert problem(house.ana.call(method, path)) == expected


def test_every_code_is_documented(house: House) -> None:
    known = {item["code"]: item["status"] for item in house.http.get("/api/problems/").json()["problems"]}
    assert known["unknown-category"] == 422
    assert known["not-a-member"] == 403
    assert known["insufficient-scope"] == 403
    assert known["ledger-unavailable"] == 503
    assert known["access-denied"] == 403


def test_a_request_is_held_to_the_same_rules(house: House) -> None:
    body = {
        "custodian": "st-mary",
        "patient": ANA,
        "categories": ["lab-results"],
        "purposes": ["TREAT"],
        "ends": (datetime.now(UTC) + timedelta(days=1)).isoformat(),
    }
    for changes, expected in (
        ({"custodian": "nowhere"}, (404, "unknown-tenant")),
        ({"patient": "nobody"}, (404, "unknown-person")),
        ({"categories": ["horoscope"]}, (422, "unknown-category")),
        ({"ends": "2020-01-01T00:00:00Z"}, (422, "period-invalid")),
        ({"message": "a" * 1001}, (400, "invalid-body")),
        ({"patient": f"{ANA}\n"}, (400, "invalid-body")),
        ({"custodian": "st-mary\n"}, (400, "invalid-body")),
    ):
        assert problem(house.doctor.post("/api/v1/requests/", json=body | changes)) == expected
    assert problem(house.ana.post("/api/v1/requests/", json=body)) == (403, "not-a-clinician")
    assert house.ana.get("/api/v1/requests/").json()["results"] == []
