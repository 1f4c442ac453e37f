"""Setting the base policy over REST: by officers, as strongly confirmed as the page asks them to be."""

from typing import Any

import pytest

from consent import selectors
from ledger.scope import tenant_scope
from portal.accounts import services
from portal.accounts.identity import Caller
from portal.records.errors import Denied
from portal.records.services import chart
from tests import cast as people
from tests.api.officers import call, second_factor
from tests.cast import Cast
from tests.entries import entries_of_type

OPEN = {"variant": "opt-out-treatment"}


@pytest.fixture
def cast(db: None) -> Cast:
    return people.build()


def post(cast: Cast, caller: Caller, body: Any = OPEN, rest: str = "base/", **more: Any) -> Any:
    path = f"/api/v1/policies/{cast.hospital.slug}/{rest}"
    return call("POST", path, caller, more.pop("scopes", "policies"), body, **more)


def in_force(cast: Cast) -> tuple[int, str]:
    with tenant_scope(cast.hospital.id):
        return selectors.base_policy()


@pytest.mark.parametrize("who", ["administrator", "privacy_officer"])
def test_what_an_officer_sets_decides_from_the_next_look_on(cast: Cast, who: str) -> None:
    def look() -> bool:
        try:
            chart(caller=cast.doctor, tenant=cast.hospital.id, person=cast.person, category="lab-results")
        except Denied:
            return False
        return True

    assert not look()
    done = post(cast, getattr(cast, who))
    assert done.status_code == 200, done.content
    base = done.json()["base"]
    assert (base["version"], base["variant"]) == (1, "opt-out-treatment")
    read = call("GET", f"/api/v1/policies/{cast.hospital.slug}/", getattr(cast, who), "policies")
    assert read.json() == done.json()
    assert look()
    assert post(cast, getattr(cast, who), {"variant": "deny"}).json()["base"]["version"] == 2
    assert not look()


def test_the_same_again_changes_nothing_and_the_ledger_tells_once(cast: Cast) -> None:
    for _ in range(2):
        assert post(cast, cast.administrator, **{"Idempotency-Key": "k"}).json()["base"]["version"] == 1
    (entry,) = entries_of_type(cast.hospital.id, "policy.changed")
    assert (entry.audit["policy"], entry.audit["variant"]) == ("base", "opt-out-treatment")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"variant": "anything-goes"}, 422),
        ({}, 400),
        ({"variant": 1}, 400),
        ({**OPEN, "cedar": "permit();"}, 400),
    ],
)
def test_a_policy_that_is_none_is_refused(cast: Cast, body: Any, status: int) -> None:
    assert post(cast, cast.administrator, body).status_code == status
    assert in_force(cast) == (0, "deny")


@pytest.mark.parametrize("rest", ["base/", "emergency/"])
def test_whoever_has_a_second_factor_needs_a_token_made_with_it(cast: Cast, rest: str) -> None:
    """The page would ask for it; a token from the command line is no way around."""
    body = OPEN if rest == "base/" else {"a_day": 1}
    second_factor(cast.administrator)
    weak = post(cast, cast.administrator, body, rest)
    assert (weak.status_code, weak.json()["code"]) == (403, "confirmation-needed")
    assert entries_of_type(cast.hospital.id, "policy.changed") == []
    assert post(cast, cast.administrator, body, rest, strength="strong").status_code == 200
    assert len(entries_of_type(cast.hospital.id, "policy.changed")) == 1


def test_where_the_house_asks_everybody_for_two_factors_one_is_not_enough(cast: Cast) -> None:
    services.require_strong(tenant=cast.hospital.id, strong=True, actor=cast.administrator.user)
    assert post(cast, cast.administrator).json()["code"] == "confirmation-needed"
    assert in_force(cast) == (0, "deny")


def test_the_scope_must_be_named_and_the_officer_be_of_that_house(cast: Cast) -> None:
    assert post(cast, cast.administrator, scopes="* sign members").json()["code"] == "insufficient-scope"
    for caller in (cast.doctor, cast.auditor, cast.amara, cast.outsider):
        answer = post(cast, caller)
        assert (answer.status_code, answer.json()["code"]) == (403, "not-a-member")
    elsewhere = f"/api/v1/policies/{cast.practice.slug}/base/"
    assert call("POST", elsewhere, cast.administrator, "policies", OPEN).status_code == 403
    assert in_force(cast) == (0, "deny")
