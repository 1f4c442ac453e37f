"""The grammar of SMART scopes, and what an application may ask for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.accounts.smart_scopes import LETTERS, ResourceScope, may_ask, parse

LAB = "http://terminology.hl7.org/CodeSystem/observation-category|laboratory"


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("patient/*.rs", ResourceScope("patient", "*", "rs")),
        ("user/Observation.cruds", ResourceScope("user", "Observation", "cruds")),
        ("system/Patient.read", ResourceScope("system", "Patient", "rs")),
        ("patient/Condition.write", ResourceScope("patient", "Condition", "cud")),
        ("patient/Condition.*", ResourceScope("patient", "Condition", "cruds")),
        (f"patient/Observation.rs?category={LAB}", ResourceScope("patient", "Observation", "rs", LAB)),
    ],
)
def test_a_scope_says_what_it_reaches(text: str, scope: ResourceScope) -> None:
    assert parse(text) == scope


@pytest.mark.parametrize(
    "text",
    [
        "",
        "patient/*",
        "patient/*.",
        "patient/*.sr",
        "patient/*.rr",
        "Patient/*.rs",
        "clinic/*.rs",
        "patient/observation.rs",
        "patient/Observation.rs?",
        "patient/Observation.rs?category=",
        "patient/Observation.rs?code=1",
        "patient/Observation.rs?category=a&category=b",
        "patient/Observation.rs\n",
        "records.read",
        "*",
    ],
)
def test_whatever_else_is_said_is_no_scope(text: str) -> None:
    assert parse(text) is None


@given(st.text(max_size=60))
def test_no_text_breaks_the_grammar(text: str) -> None:
    scope = parse(text)
    assert scope is None or (scope.letters and set(scope.letters) <= set(LETTERS))


@given(
    st.sampled_from(["patient", "user", "system"]),
    st.sampled_from(["*", "Observation"]),
    st.sets(st.sampled_from(LETTERS), min_size=1),
    st.sets(st.sampled_from(LETTERS), min_size=1),
)
def test_an_application_may_ask_for_no_letter_more_than_it_has(
    context: str, kind: str, has: set[str], asks: set[str]
) -> None:
    cap = [f"{context}/*.{''.join(letter for letter in LETTERS if letter in has)}"]
    word = f"{context}/{kind}.{''.join(letter for letter in LETTERS if letter in asks)}"
    assert may_ask(cap, word) == (asks <= has)


def test_a_restricted_scope_does_not_let_ask_for_the_whole() -> None:
    cap = [f"patient/Observation.rs?category={LAB}", "openid"]
    assert may_ask(cap, f"patient/Observation.r?category={LAB}")
    assert not may_ask(cap, "patient/Observation.r")
    assert not may_ask(cap, "patient/*.r")
    assert not may_ask(cap, f"user/Observation.r?category={LAB}")
    assert may_ask(cap, "openid")
    assert not may_ask(cap, "offline_access")
    assert not may_ask(["records.read"], "records.read")
