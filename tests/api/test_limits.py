"""How often somebody may call, and what one too many is told."""

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from portal.accounts import services
from portal.accounts.identity import Caller
from tests import cast as people
from tests.cast import PATIENT, Cast, account_of
from tests.entries import entries_of_type
from tests.smart.app import bearer


@pytest.fixture
def cast(db: None) -> Cast:
    cache.clear()
    return people.build()


def token(caller: Caller) -> str:
    return services.create_token(user=account_of(caller), scopes="*")


def test_a_token_that_calls_too_often_waits_and_nothing_is_entered(
    cast: Cast, client: Client, settings: Settings
) -> None:
    settings.ASSENT_CALLS_PER_MINUTE = 3
    outsider, address = (
        bearer(token(cast.outsider)),
        f"/fhir/{cast.hospital.slug}/Observation?patient={PATIENT}",
    )
    answers = [client.get(address, headers=outsider) for _ in range(8)]
    late = [answer for answer in answers if answer.status_code == 429]
    assert len(late) >= 2  # a new minute may have begun in between
    assert answers[0].headers["RateLimit-Limit"] == "3"
    assert answers[0].headers["RateLimit-Remaining"] == "2"
    assert late[0].json()["resourceType"] == "OperationOutcome"
    assert late[0].headers["RateLimit-Remaining"] == "0"
    assert 1 <= int(late[0].headers["Retry-After"]) <= 60
    assert len(entries_of_type(cast.hospital.id, "access.denied")) == 8 - len(late)
    assert client.get("/api/v1/me/", headers=bearer(token(cast.amara))).status_code == 200


def test_the_rest_interface_says_so_as_a_problem(cast: Cast, client: Client, settings: Settings) -> None:
    settings.ASSENT_CALLS_PER_MINUTE = 1
    mine = bearer(token(cast.amara))
    answers = [client.get("/api/v1/me/", headers=mine) for _ in range(4)]
    late = [answer for answer in answers if answer.status_code == 429]
    assert late
    assert late[0].json()["code"] == "too-many-calls"
    assert "Retry-After" in late[0].headers


def test_an_address_that_guesses_tokens_is_refused(cast: Cast, client: Client, settings: Settings) -> None:
    settings.ASSENT_WRONG_TOKENS_PER_MINUTE = 2
    wrong = [client.get("/api/v1/me/", headers=bearer("assent_guess")).status_code for _ in range(7)]
    assert wrong[:2] == [401, 401]
    assert 429 in wrong
    assert client.get("/api/v1/me/", REMOTE_ADDR="192.0.2.7", headers=bearer("x")).status_code == 401
