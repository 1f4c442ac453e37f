"""FHIR consents run in the engine that contracts run in, and fail as they do: closed."""

import copy
from collections.abc import Sequence
from typing import Any

import pytest

from consent.engine import LAYERS, execute
from consent.fhir.asking import inputs
from consent.fhir.compiling import cedar_text, compile_consent, schema
from consent.fhir.deciding import decide
from consent.fhir.reading import read
from consent.policy_sets import Code, clauses
from tests.consent.fhir_cast import asked, consent, judge, request, rule

CODES: dict[str, Sequence[Code]] = dict.fromkeys(LAYERS, ())


def test_a_provision_is_a_policy_and_is_cited_by_its_place() -> None:
    nested = consent(rule("deny", rule("permit", purpose=["BTG"]), rule("permit", purpose=["TREAT"])))
    code = compile_consent(nested)
    assert list(clauses(code)) == [f"{code.hash}:{place}" for place in ("1", "1.1", "1.2")]
    assert judge([nested], request()).clauses == (f"{code.hash}:1.2",)
    assert judge([nested], request(purpose="HRESCH")).clauses == (f"{code.hash}:1",)


def test_the_text_is_plain_to_read() -> None:
    value = consent(
        rule("deny", rule("permit", purpose=["BTG"], period=("1970-01-02", None)), label=["R", "HIV"])
    )
    purpose = (
        'context has purpose && context.purpose == "http://terminology.hl7.org/CodeSystem/v3-ActReason|BTG"'
    )
    labels = '(resource.level >= 4 || resource.sens.contains("HIV"))'
    assert cedar_text(read(value)) == (
        '@id("1")\nforbid (principal, action, resource in Patient::"Patient/ann")\n'
        f"when {{\n  {labels}\n}}\n"
        f"unless {{\n  (context.now >= 86400000000 && {purpose} && {labels})\n}};\n"
        '@id("1.1")\npermit (principal, action, resource in Patient::"Patient/ann")\n'
        f"when {{\n  context.now >= 86400000000 &&\n  {purpose} &&\n  {labels}\n}};\n"
    )


def test_the_hash_is_of_the_meaning_and_not_of_what_never_decides() -> None:
    plain = compile_consent(consent()).hash
    assert plain == compile_consent(consent(dateTime="2022", id="other")).hash
    assert plain != compile_consent(consent(patient={"reference": "Patient/bea"})).hash


def test_an_action_that_fhir_does_not_have_is_refused_as_an_error() -> None:
    verdict = judge([consent()], request(action="destroy"))
    assert (verdict.permitted, verdict.layer) == (False, "engine")


@pytest.mark.parametrize(
    "cedar", ["permit everything", '@id("1") forbid (principal, action, resource) when { 1 < "" };']
)
def test_a_code_that_cannot_run_denies_whatever_else_permits(cedar: str) -> None:
    verdict = decide([compile_consent(consent()), Code(f"bad {cedar}", cedar)], asked(request()))
    assert (verdict.permitted, verdict.layer) == (False, "engine")


@pytest.mark.parametrize("which", [0, 1], ids=["actor", "record"])
@pytest.mark.parametrize("change", ["left out", "not present", "incomplete"])
def test_an_entity_that_is_not_all_there_is_a_refusal(which: int, change: str) -> None:
    evidence: dict[str, Any] = copy.deepcopy(inputs(asked(request())))
    entity = evidence["entities"][which]
    if change == "left out":
        entity["uid"] = entity["uid"] | {"id": "gone"}
    elif change == "not present":
        entity["attrs"]["present"] = False
    else:
        del entity["attrs"]["identified" if which == 0 else "level"]
    codes = CODES | {"contract": [compile_consent(consent())]}
    assert [verdict.layer for verdict in execute(evidence, codes, schema())] == ["engine"]


@pytest.mark.parametrize("fact", ["now", "roles"])
def test_a_required_fact_of_the_request_that_is_missing_is_a_refusal(fact: str) -> None:
    evidence = inputs(asked(request()))
    del evidence["context"][fact]
    codes = CODES | {"contract": [compile_consent(consent())]}
    assert [verdict.layer for verdict in execute(evidence, codes, schema())] == ["engine"]


def test_a_label_that_nobody_knows_raises_the_record_to_very_restricted() -> None:
    assert not judge([consent(rule("permit", label=["R"]))], request(securityLabels=["N", "NEW"])).permitted
    assert judge([consent(rule("deny", label=["V"]))], request(securityLabels=["NEW"])).layer == "contract"
