"""Each layer decides what is its own, and the first that is not silent decides."""

from typing import Any

import pytest

from consent.terms import Grantee
from tests.consent import cast
from tests.consent.asking import OPT_OUT, TICK, one, session

# The contract of these cases: lab results, for the doctor elsewhere, to read, for treatment, with changes.
CASES: list[tuple[str, dict[str, Any], dict[str, Any], tuple[str, ...], bool]] = [
    ("as agreed", {}, {}, ("lab-results",), True),
    ("another category", {}, {}, ("medicines",), False),
    ("one of two categories", {"categories": ["medicines", "labs"]}, {}, ("medicines",), True),
    ("another purpose", {}, {"purpose": "HRESCH"}, ("lab-results",), False),
    ("treatment is not emergency treatment", {}, {"purpose": "ETREAT"}, ("lab-results",), False),
    ("one of two purposes", {"purposes": ["TREAT", "HRESCH"]}, {"purpose": "HRESCH"}, ("lab-results",), True),
    ("writing was not agreed", {}, {"action": "write"}, ("lab-results",), False),
    ("writing was agreed", {"actions": ["read", "write"]}, {"action": "write"}, ("lab-results",), True),
    ("reading is not writing", {"actions": ["write"]}, {}, ("lab-results",), False),
    ("another doctor", {}, {"actor": cast.OUTSIDER}, ("lab-results",), False),
    ("another person's record", {}, {"person": cast.NEIGHBOUR}, ("lab-results",), False),
    ("another custodian", {}, {"custodian": cast.RIVERSIDE}, ("lab-results",), False),
    ("not as a clinician", {}, {"role": "administrator"}, ("lab-results",), False),
    ("without a role", {}, {"role": None}, ("lab-results",), False),
    ("for another organisation", {}, {"organisation": cast.ST_MARY}, ("lab-results",), True),
    (
        "for another organisation than agreed",
        {"grantee": Grantee("practitioner", cast.DOCTOR_ELSEWHERE, cast.RIVERSIDE)},
        {"organisation": cast.ST_MARY},
        ("lab-results",),
        False,
    ),
    (
        "for the organisation agreed",
        {"grantee": Grantee("practitioner", cast.DOCTOR_ELSEWHERE, cast.RIVERSIDE)},
        {},
        ("lab-results",),
        True,
    ),
    ("organisation", {"grantee": Grantee("organisation", cast.RIVERSIDE)}, {}, ("lab-results",), True),
    (
        "organisation, but acting for none",
        {"grantee": Grantee("organisation", cast.RIVERSIDE)},
        {"organisation": None},
        ("lab-results",),
        False,
    ),
    (
        "organisation, but not as a clinician",
        {"grantee": Grantee("organisation", cast.RIVERSIDE)},
        {"role": "auditor"},
        ("lab-results",),
        False,
    ),
    (
        "guardian",
        {"grantee": Grantee("person", cast.GUARDIAN)},
        {"actor": cast.GUARDIAN, "role": "guardian", "organisation": None},
        ("lab-results",),
        True,
    ),
    (
        "a guardian at work as a clinician",
        {"grantee": Grantee("person", cast.GUARDIAN)},
        {"actor": cast.GUARDIAN},
        ("lab-results",),
        False,
    ),
    ("strong log-in missing", {"strong": True}, {}, ("lab-results",), False),
    ("strong log-in", {"strong": True}, {"strong": True}, ("lab-results",), True),
    ("a sensitive record", {}, {}, ("lab-results", "HIV"), False),
    ("a sensitive record marked as normal", {}, {}, ("lab-results", "N", "HIV"), False),
    ("a restricted record", {}, {}, ("lab-results", "R"), False),
    ("a low record", {}, {}, ("lab-results", "L"), True),
    ("sensitive by name", {"sensitivity": ["HIV"]}, {}, ("lab-results", "HIV", "R"), True),
    ("naming one opens no other", {"sensitivity": ["HIV"]}, {}, ("lab-results", "HIV", "PSY"), False),
    ("naming HIV opens nothing merely restricted", {"sensitivity": ["HIV"]}, {}, ("lab-results", "R"), False),
    (
        "naming HIV opens nothing very restricted",
        {"sensitivity": ["HIV"]},
        {},
        ("lab-results", "HIV", "V"),
        False,
    ),
    ("naming R opens no sensitivity", {"sensitivity": ["R"]}, {}, ("lab-results", "HIV"), False),
    ("restricted by name", {"sensitivity": ["R"]}, {}, ("lab-results", "R"), True),
    ("very restricted includes restricted", {"sensitivity": ["V"]}, {}, ("lab-results", "R"), True),
    ("substance use includes opioid use", {"sensitivity": ["ETH"]}, {}, ("lab-results", "OPIOIDUD"), True),
    ("opioid use is not substance use", {"sensitivity": ["OPIOIDUD"]}, {}, ("lab-results", "ETH"), False),
    ("a label that nobody knows", {"sensitivity": ["V"]}, {}, ("lab-results", "NEW"), False),
]


@pytest.mark.parametrize(
    ("name", "agreed", "asked", "record", "expected"), CASES, ids=[case[0] for case in CASES]
)
def test_a_contract_decides_what_it_says(
    name: str, agreed: dict[str, Any], asked: dict[str, Any], record: tuple[str, ...], expected: bool
) -> None:
    contract = cast.in_force(cast.terms(**agreed))
    decision = one(cast.asks(**asked), cast.record(*record), contract)
    assert decision.permitted is expected, name
    assert decision.layer == ("contract" if expected else "base")
    assert decision.clauses == ((f"{contract.code.hash}:1",) if expected else ())


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (cast.NOW - TICK, False),
        (cast.NOW, True),
        (cast.END - TICK, True),
        (cast.END, False),
        (cast.END + TICK, False),
    ],
)
def test_a_period_begins_with_its_first_microsecond_and_ends_before_its_last(
    now: Any, expected: bool
) -> None:
    contract = cast.in_force(cast.terms(starts=cast.NOW))
    assert one(cast.asks(), cast.record(), contract, now=now).permitted is expected


def test_a_permit_is_cited_with_its_words_end_and_duties() -> None:
    contract = cast.in_force(cast.terms())
    decision = one(cast.asks(), cast.record(), contract)
    assert (decision.contract, decision.code_hash) == (contract.contract, contract.code.hash)
    assert decision.sentence == f"Permitted by a contract: {contract.sentence}"
    assert (decision.ends, decision.duties, decision.code) == (cast.END, ("notify",), "permitted")


def test_of_two_contracts_that_permit_the_longer_one_is_cited_and_both_clauses_are() -> None:
    short = cast.in_force(cast.terms(ends=cast.END - TICK), 1)
    long = cast.in_force(cast.terms(notify=False), 2)
    decision = one(cast.asks(), cast.record(), short, long)
    assert (decision.contract, decision.ends) == (long.contract, cast.END)
    assert decision.clauses == tuple(sorted([f"{short.code.hash}:1", f"{long.code.hash}:1"]))
    assert decision.duties == ("notify",)


def test_a_refusal_wins_over_every_permit() -> None:
    permit, refusal = cast.in_force(cast.terms(), 1), cast.in_force(cast.terms(effect="deny"), 2)
    decision = one(cast.asks(), cast.record(), permit, refusal)
    assert (decision.permitted, decision.layer, decision.code) == (False, "contract", "refused")
    assert decision.contract == refusal.contract


def test_a_refusal_of_what_is_sensitive_leaves_the_rest() -> None:
    contracts = [
        cast.in_force(cast.terms(sensitivity=["HIV", "PSY"]), 1),
        cast.in_force(cast.terms(effect="deny", sensitivity=["HIV"]), 2),
    ]
    assert one(cast.asks(), cast.record("lab-results", "PSY"), *contracts).permitted
    assert not one(cast.asks(), cast.record("lab-results", "HIV"), *contracts).permitted
    assert one(cast.asks(), cast.record(), *contracts).permitted


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, True),
        ({"role": None}, True),
        ({"action": "export"}, True),
        ({"action": "write"}, True),  # of an Observation; that she reports it is for records to see
        ({"action": "write", "is_self": False}, False),
        ({"action": "write", "role": "clinician"}, False),
        ({"role": "clinician"}, False),
        ({"is_self": False}, False),
    ],
)
def test_the_law_lets_people_read_and_copy_their_own_record(asked: dict[str, Any], expected: bool) -> None:
    own = {
        "actor": cast.PATIENT_USER,
        "organisation": None,
        "role": "patient",
        "purpose": "PATRQT",
        "is_self": True,
    }
    decision = one(cast.asks(**own | asked), cast.record("lab-results", "V", "HIV"))
    assert decision.permitted is expected
    assert decision.layer == ("law" if expected else "base")


def test_the_law_lets_nobody_write_what_others_say_of_her() -> None:
    own = {
        "actor": cast.PATIENT_USER,
        "organisation": None,
        "role": "patient",
        "purpose": "PATRQT",
        "is_self": True,
    }
    asked = cast.asks(**own, action="write")
    assert not one(asked, cast.record("conditions", kind="Condition")).permitted
    assert one(asked, cast.record("social-history", kind="QuestionnaireResponse")).permitted


@pytest.mark.parametrize(
    ("asked", "opened", "expected"),
    [
        ({}, {}, True),
        ({"purpose": "BTG"}, {}, True),
        ({"purpose": "ETREAT"}, {}, True),
        ({"purpose": "HRESCH"}, {}, False),
        ({"action": "write"}, {}, False),
        ({"action": "export"}, {}, False),
        ({"role": "administrator"}, {}, False),
        ({"organisation": cast.ST_MARY}, {}, False),
        ({"organisation": None}, {}, False),
        ({"actor": cast.OUTSIDER}, {}, False),
        ({"person": cast.NEIGHBOUR}, {}, False),
        ({}, {"starts": cast.NOW + TICK}, False),
        ({}, {"ends": cast.NOW}, False),
        ({}, {"ends": cast.NOW + TICK}, True),
    ],
)
def test_an_open_emergency_lets_its_clinician_read(
    asked: dict[str, Any], opened: dict[str, Any], expected: bool
) -> None:
    emergency = session(**opened)
    decision = one(cast.asks(**asked), cast.record("visits", "R", "PSY"), emergency=emergency)
    assert decision.permitted is expected
    if expected:
        assert (decision.layer, decision.ends) == ("emergency", emergency.ends)
        assert decision.duties == ("notify", "review")


def test_an_emergency_comes_before_a_refusal_by_contract() -> None:
    refusal = cast.in_force(cast.terms(effect="deny"))
    assert one(cast.asks(), cast.record(), refusal, emergency=session()).layer == "emergency"


@pytest.mark.parametrize(
    ("asked", "record", "expected"),
    [
        ({}, ("visits",), True),
        ({"organisation": cast.RIVERSIDE}, ("visits",), False),
        ({"organisation": None}, ("visits",), False),
        ({"role": "administrator"}, ("visits",), False),
        ({"purpose": "HOPERAT"}, ("visits",), False),
        ({"action": "write"}, ("visits",), False),
        ({}, ("visits", "R"), False),
        ({}, ("visits", "SEX"), False),
    ],
)
def test_a_base_policy_may_let_the_custodians_own_clinicians_read(
    asked: dict[str, Any], record: tuple[str, ...], expected: bool
) -> None:
    own = {"actor": cast.DOCTOR, "organisation": cast.ST_MARY}
    decision = one(cast.asks(**own | asked), cast.record(*record), base=OPT_OUT)
    assert (decision.permitted, decision.layer) == (expected, "base")
    assert not one(cast.asks(**own | asked), cast.record(*record)).permitted


def test_a_patient_opts_out_of_the_base_policy_by_a_refusal() -> None:
    opt_out = cast.in_force(cast.terms(grantee=Grantee("organisation", cast.ST_MARY), effect="deny"))
    request = cast.asks(actor=cast.DOCTOR, organisation=cast.ST_MARY)
    assert one(request, cast.record(), base=OPT_OUT).permitted
    assert one(request, cast.record(), opt_out, base=OPT_OUT).code == "refused"
