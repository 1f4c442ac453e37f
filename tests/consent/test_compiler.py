"""Terms become Cedar, a sentence and one hash over both."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import cedarpy
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from consent import instants, terms, vocabulary
from consent.compiler import SCHEMA_HASH, SCHEMA_TEXT, cedar_text, code_hash, compile_contract, schema
from consent.errors import (
    EmptyTerms,
    PeriodError,
    TermsError,
    UnknownAction,
    UnknownCategory,
    UnknownGranteeKind,
    UnknownPurpose,
    UnknownSensitivity,
)
from consent.policy_sets import standing_text
from consent.sentence import Display
from consent.terms import Grantee, Terms
from tests.consent import cast
from tests.consent.strategies import any_terms


def test_a_contract_says_in_words_what_its_code_does() -> None:
    code = compile_contract(
        cast.terms(categories=["Lab results", "medicines"], strong=True),
        person=cast.PATIENT,
        display=cast.DISPLAY,
    )
    assert code.sentence == (
        "Dr Rivera, as a clinician, may read your medicines and lab results held by St Mary Hospital, for treatment, "
        "until 1 March 2027, 14:00 UTC; nothing that is marked as sensitive. Only after a strong log-in. "
        "You are told of each use."
    )
    assert code.cedar == (
        '@id("1")\npermit (\n'
        f'  principal == User::"{cast.DOCTOR_ELSEWHERE}",\n'
        '  action == Action::"read",\n'
        f'  resource in Patient::"{cast.PATIENT}"\n'
        ")\nwhen {\n"
        '  context.role == "clinician" &&\n'
        "  context.strong &&\n"
        '  ["lab-results", "medicines"].contains(resource.category) &&\n'
        f'  resource.custodian == Organisation::"{cast.ST_MARY}" &&\n'
        "  resource.level <= 3 &&\n"
        "  resource.sens.isEmpty() &&\n"
        '  context.purpose == "TREAT" &&\n'
        "  context.now < 1803909600000000\n"
        "};\n"
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"grantee": Grantee("organisation", cast.RIVERSIDE)}, "Any clinician of Dr Rivera may read"),
        ({"grantee": Grantee("person", cast.GUARDIAN)}, "Dr Rivera, as your guardian, may read"),
        (
            {"grantee": Grantee("practitioner", cast.DOCTOR, cast.RIVERSIDE)},
            "as a clinician of Riverside Clinic, may read",
        ),
        ({"sensitivity": ["HIV", "PSY"]}, "; also what is marked as mental health and HIV."),
        ({"effect": "deny"}, "Dr Rivera may not read your lab results"),
        ({"effect": "deny"}, "; whatever it is marked as."),
        ({"notify": False}, "marked as sensitive."),
        ({"starts": cast.NOW}, "from 22 November 2026, 12:00 UTC until 1 March 2027, 14:00 UTC"),
        ({"ends": datetime(2027, 3, 1, tzinfo=UTC)}, "until the end of 28 February 2027 UTC;"),
        ({"ends": cast.END + timedelta(microseconds=5)}, "until 1 March 2027, 14:00:00.000005 UTC"),
    ],
)
def test_the_sentence_names_every_choice(changes: dict[str, Any], words: str) -> None:
    code = compile_contract(cast.terms(**changes), person=cast.PATIENT, display=cast.DISPLAY)
    assert words in code.sentence
    assert ("You are told" in code.sentence) == (
        changes.get("notify", True) and changes.get("effect") != "deny"
    )


@given(any_terms())
def test_whatever_people_agree_on_validates_and_reads_back(agreed: Terms) -> None:
    code = compile_contract(agreed, person=cast.PATIENT, display=cast.DISPLAY)
    assert cedarpy.validate_policies(code.cedar, SCHEMA_TEXT).validation_passed
    assert terms.from_json(json.loads(json.dumps(terms.to_json(agreed)))) == agreed
    assert set(code.document) == {"terms", "cedar", "schema", "compiler", "sentence", "language", "template"}
    assert code.code_hash == hashlib.sha256(rfc8785.dumps(dict(code.document))).hexdigest()


@given(any_terms(), any_terms())
def test_contracts_share_a_hash_only_if_they_say_the_same(one: Terms, other: Terms) -> None:
    hashes = [compile_contract(t, person=cast.PATIENT, display=cast.DISPLAY).code_hash for t in (one, other)]
    assert (hashes[0] == hashes[1]) == (one == other)


def test_the_hash_covers_each_part() -> None:
    document = dict(compile_contract(cast.terms(), person=cast.PATIENT, display=cast.DISPLAY).document)
    whole = code_hash(document)
    for part in document:
        assert code_hash(document | {part: "changed"}) != whole, part
    assert document["schema"] == SCHEMA_HASH == hashlib.sha256(SCHEMA_TEXT.encode()).hexdigest()


def test_the_code_names_the_person_so_it_serves_no_other() -> None:
    assert cedar_text(cast.terms(), person=cast.PATIENT) != cedar_text(cast.terms(), person=cast.NEIGHBOUR)


@pytest.mark.parametrize(
    "name", ["law", "emergency", "guard", "base-deny", "base-opt-out-treatment", "base-opt-out-care"]
)
def test_the_standing_policies_validate(name: str) -> None:
    assert cedarpy.validate_policies(standing_text(name), schema()).validation_passed


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"categories": ["horoscopes"]}, UnknownCategory),
        ({"categories": [7]}, UnknownCategory),
        ({"purposes": ["MARKETING"]}, UnknownPurpose),
        ({"actions": ["delete"]}, UnknownAction),
        ({"sensitivity": ["N"]}, UnknownSensitivity),
        ({"categories": []}, EmptyTerms),
        ({"purposes": []}, EmptyTerms),
        ({"actions": []}, EmptyTerms),
        ({"categories": "lab-results"}, TermsError),
        ({"categories": None}, TermsError),
        ({"starts": cast.END}, PeriodError),
        ({"starts": cast.END + timedelta(seconds=1)}, PeriodError),
        ({"ends": datetime(2027, 1, 1)}, PeriodError),  # has no zone
        ({"ends": "2027-01-01"}, PeriodError),
        ({"ends": datetime(2256, 1, 1, tzinfo=UTC)}, PeriodError),
        ({"effect": "maybe"}, TermsError),
    ],
)
def test_terms_that_say_nothing_sensible_are_refused(
    changes: dict[str, Any], error: type[TermsError]
) -> None:
    with pytest.raises(TermsError) as caught:
        cast.terms(**changes)
    assert type(caught.value) is error


def test_each_refusal_has_a_code_of_its_own() -> None:
    errors = [
        UnknownCategory,
        UnknownPurpose,
        UnknownAction,
        UnknownSensitivity,
        EmptyTerms,
        PeriodError,
        TermsError,
    ]
    assert len({error.code for error in errors}) == len(errors)


def test_a_grantee_of_another_kind_is_refused() -> None:
    with pytest.raises(UnknownGranteeKind):
        Grantee("robot", cast.DOCTOR)
    for wrong in (("organisation", cast.ST_MARY, cast.RIVERSIDE), ("role", cast.ST_MARY)):
        with pytest.raises(TermsError):
            Grantee(*wrong)
    with pytest.raises(TermsError):
        Grantee("team", cast.ST_MARY, role="clinician")


def test_a_contract_over_before_it_is_made_is_refused() -> None:
    cast.terms(ends=cast.NOW + timedelta(microseconds=1)).check_future(cast.NOW)
    with pytest.raises(PeriodError):
        cast.terms(ends=cast.NOW).check_future(cast.NOW)


@pytest.mark.parametrize("name", ["", " ", "x" * 201, "two\nlines", "bell\x07", "turn\u202eed"])
def test_a_name_that_could_disguise_the_sentence_is_refused(name: str) -> None:
    with pytest.raises(TermsError):
        Display(grantee=name, custodian="St Mary Hospital")


@pytest.mark.parametrize(
    ("spelled", "slug"),
    [
        ("Lab results", "lab-results"),
        ("lab_results", "lab-results"),
        ("laboratory", "lab-results"),
        ("VITAL SIGNS", "vital-signs"),
        ("vital-signs", "vital-signs"),
        (" Immunizations ", "immunisations"),
    ],
)
def test_categories_may_be_spelled_as_people_do(spelled: str, slug: str) -> None:
    assert vocabulary.category(spelled) == slug


@pytest.mark.parametrize(
    "changes",
    [
        {"v": 1},
        {"v": 3},
        {"uses": 0},
        {"categories": ["medicines", "lab-results"]},
        {"more": 1},
        {"ends": "2027-03-01T14:00:00Z"},
    ],
)
def test_stored_terms_have_one_form(changes: dict[str, Any]) -> None:
    value = terms.to_json(cast.terms(categories=["lab-results", "medicines"])) | changes
    with pytest.raises(TermsError):
        terms.from_json(value)


@given(st.integers(0, instants.LAST))
def test_instants_are_exact_to_the_microsecond(count: int) -> None:
    instant = instants.from_microseconds(count)
    assert instants.microseconds(instant) == count
    assert instants.from_iso(instants.iso(instant)) == instant
