"""From when on something is worth a look, read and set over REST."""

from typing import Any

import pytest

from ledger.scope import tenant_scope
from portal.patterns.thresholds import Thresholds, thresholds
from tests import cast as people
from tests.api.officers import call
from tests.cast import Cast
from tests.entries import entries_of_type

NEW = {"an_hour": 30, "a_night": 5, "night_from": 23, "night_until": 5, "months_at_rest": 24}


@pytest.fixture
def cast(db: None) -> Cast:
    return people.build()


def path(cast: Cast) -> str:
    return f"/api/v1/ledger/{cast.hospital.slug}/patterns/thresholds/"


def held(cast: Cast) -> Thresholds:
    with tenant_scope(cast.hospital.id):
        return thresholds()


def test_the_privacy_officer_sets_them_and_auditors_read_them(cast: Cast) -> None:
    before = call("GET", path(cast), cast.auditor, "audit")
    assert (before.status_code, before.json()["an_hour"]) == (200, 20)
    answer = call("POST", path(cast), cast.privacy_officer, "policies", NEW)
    assert (answer.status_code, answer.json()) == (200, NEW)
    assert call("GET", path(cast), cast.auditor, "audit").json() == NEW
    assert held(cast) == Thresholds(**NEW)
    (entry,) = entries_of_type(cast.hospital.id, "patterns.changed")
    assert entry.audit["after"] == NEW


@pytest.mark.parametrize(
    "changes",
    [
        {"an_hour": 1},
        {"a_night": 0},
        {"night_from": 24},
        {"night_until": 23},
        {"months_at_rest": 121},
        {"b": 1},
    ],
)
def test_what_is_no_threshold_is_refused(cast: Cast, changes: dict[str, Any]) -> None:
    answer = call("POST", path(cast), cast.privacy_officer, "policies", {**NEW, **changes})
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert held(cast) == Thresholds()


@pytest.mark.parametrize("who", ["auditor", "administrator", "doctor", "amara"])
def test_who_is_measured_or_audits_does_not_set_them(cast: Cast, who: str) -> None:
    answer = call("POST", path(cast), getattr(cast, who), "policies", NEW)
    assert (answer.status_code, answer.json()["code"]) == (403, "not-a-member")
    assert held(cast) == Thresholds()
