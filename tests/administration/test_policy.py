"""What applies at an organisation before any contract."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from consent import selectors
from consent.emergency_rule import Rule
from ledger.scope import tenant_scope
from portal.records.errors import Denied
from portal.records.services import chart
from tests.cast import Cast
from tests.staff import few_queries, sign_in, sign_in_and_confirm, text

pytestmark = pytest.mark.django_db


def address(cast: Cast) -> str:
    return reverse("administration:policy", args=[cast.hospital.slug])


def in_force(cast: Cast) -> tuple[int, str]:
    with tenant_scope(cast.hospital.id):
        return selectors.base_policy()


@pytest.fixture(params=["administrator", "privacy_officer"])
def officer(cast: Cast, request: pytest.FixtureRequest) -> Client:
    """Who has just said again who they are."""
    return sign_in_and_confirm(getattr(cast, request.param))


def test_it_is_shown_in_words_and_as_the_code_that_runs(cast: Cast, officer: Client) -> None:
    with few_queries():
        answer = officer.get(address(cast))
    said = text(answer)
    assert "Nobody reads without a contract." in said
    assert "Nobody has chosen yet" in said
    assert "context.emergency.actor" in said


def test_a_choice_applies_from_the_next_look_on(cast: Cast, officer: Client) -> None:
    def look() -> bool:
        try:
            chart(caller=cast.doctor, tenant=cast.hospital.id, person=cast.person, category="lab-results")
        except Denied:
            return False
        return True

    assert not look()
    answer = officer.post(address(cast), {"variant": "opt-out-treatment"}, follow=True)
    assert "The base policy is in force" in text(answer)
    assert "Version 1 is in force" in text(answer)
    assert look()
    officer.post(address(cast), {"variant": "deny"})
    assert not look()


@pytest.mark.parametrize(
    ("name", "given"),
    [("policy", {"variant": "opt-out-treatment"}), ("emergency_rule", {"a_day": "1"})],
)
def test_a_change_waits_until_who_makes_it_has_been_confirmed(
    cast: Cast, name: str, given: dict[str, str]
) -> None:
    """Whoever finds a screen unlocked does not open every record of a house."""
    where = reverse(f"administration:{name}", args=[cast.hospital.slug])
    answer = sign_in(cast.administrator).post(where, given)
    assert answer["Location"].startswith(reverse("account_reauthenticate"))
    assert in_force(cast) == (0, "deny")
    with tenant_scope(cast.hospital.id):
        assert selectors.emergency_rule() == (0, Rule())


def test_the_same_choice_again_changes_nothing(cast: Cast, officer: Client) -> None:
    for _ in range(2):
        officer.post(address(cast), {"variant": "opt-out-treatment"})
    assert in_force(cast) == (1, "opt-out-treatment")


def test_a_policy_that_the_node_does_not_have_is_refused(cast: Cast, officer: Client) -> None:
    answer = officer.post(address(cast), {"variant": "anything-goes"})
    assert "There is a problem" in text(answer)
    assert in_force(cast) == (0, "deny")


def rule_address(cast: Cast) -> str:
    return reverse("administration:emergency_rule", args=[cast.hospital.slug])


def test_the_emergency_rule_is_shown_and_chosen_beside_it(cast: Cast, officer: Client) -> None:
    assert "an emergency reaches everything" in text(officer.get(address(cast)))
    chosen = {"excluded": ["PSY", "HIV"], "a_day": "3", "a_month": "", "refusals": "on"}
    said = text(officer.post(rule_address(cast), chosen, follow=True))
    assert "The emergency rule is in force" in said
    assert "What is marked as one of these stays closed: mental health, HIV." in said
    assert "3 times a day at most" in said
    assert "What a patient refuses in emergencies, too, stays closed." in said
    assert "Counter" in said
    with tenant_scope(cast.hospital.id):
        version, rule = selectors.emergency_rule()
    assert (version, rule) == (1, Rule(excluded=["HIV", "PSY"], a_day=3, refusals=True))


def test_an_emergency_rule_that_means_nothing_is_refused_beside_its_field(
    cast: Cast, officer: Client
) -> None:
    answer = officer.post(rule_address(cast), {"excluded": ["MOOD"], "a_day": "0"})
    assert "There is a problem" in text(answer)
    with tenant_scope(cast.hospital.id):
        assert selectors.emergency_rule() == (0, Rule())


def test_who_ends_that_patients_may_refuse_sees_first_how_many_refusals_give_way(
    cast: Cast, officer: Client
) -> None:
    officer.post(rule_address(cast), {"refusals": "on"})
    assert "give_way" not in officer.get(address(cast)).content.decode()
    for part in ("lab-results", "visits"):
        cast.grant(cast.doctor, part, effect="deny", purposes=("BTG",))
    assert "Let 2 refusals that stand give way" in text(officer.get(address(cast)))

    refused = officer.post(rule_address(cast), {"a_day": "3"})
    assert "2 contracts refuse emergency access here and would give way at once" in text(refused)
    with tenant_scope(cast.hospital.id):
        assert selectors.emergency_rule() == (1, Rule(refusals=True))

    done = officer.post(rule_address(cast), {"a_day": "3", "give_way": offered(refused)}, follow=True)
    assert "The emergency rule is in force" in text(done)
    with tenant_scope(cast.hospital.id):
        assert selectors.emergency_rule() == (2, Rule(a_day=3))


def offered(answer: Any) -> str:
    """What the box sends that lets refusals give way. It is never ticked before somebody ticks it."""
    (box,) = re.findall(r'<input[^>]*name="give_way"[^>]*>', answer.content.decode())
    assert "checked" not in box
    (number,) = re.findall(r'value="([^"]*)"', box)
    return str(number)


def test_agreed_is_to_as_many_refusals_as_the_page_showed(cast: Cast, officer: Client) -> None:
    officer.post(rule_address(cast), {"refusals": "on"})
    cast.grant(cast.doctor, "lab-results", effect="deny", purposes=("BTG",))
    shown = offered(officer.get(address(cast)))
    assert shown == "1"
    cast.grant(cast.doctor, "visits", effect="deny", purposes=("BTG",))  # comes while the page is read

    refused = officer.post(rule_address(cast), {"a_day": "3", "give_way": shown})
    assert "2 contracts refuse emergency access here and would give way at once" in text(refused)
    assert "Let 2 refusals that stand give way" in text(refused)
    assert refused.context["emergency"]["a_day"].value() == "3"
    with tenant_scope(cast.hospital.id):
        assert selectors.emergency_rule() == (1, Rule(refusals=True))

    officer.post(rule_address(cast), {"a_day": "3", "give_way": offered(refused)})
    with tenant_scope(cast.hospital.id):
        assert selectors.emergency_rule() == (2, Rule(a_day=3))


def test_a_box_that_sends_no_number_agrees_to_nothing(cast: Cast, officer: Client) -> None:
    officer.post(rule_address(cast), {"refusals": "on"})
    cast.grant(cast.doctor, "lab-results", effect="deny", purposes=("BTG",))
    assert "There is a problem" in text(officer.post(rule_address(cast), {"give_way": "on"}))
    with tenant_scope(cast.hospital.id):
        assert selectors.emergency_rule() == (1, Rule(refusals=True))
