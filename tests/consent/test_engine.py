"""The engine decides as the contracts say, layer by layer, and when in doubt it refuses."""

import copy
import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import cedarpy
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consent.engine import LAYERS, decide, execute
from consent.evidence import ENGINE
from consent.facts import AccessRequest, ResourceFacts
from consent.in_force import ContractInForce, InForce
from consent.policy_sets import Code, clauses
from consent.terms import Terms
from ledger.canonical import canonical, parse_canonical
from tests.consent import cast, reference
from tests.consent.asking import DENY, OPT_OUT, one, session
from tests.consent.strategies import INSTANTS, any_counts, any_record, any_request, any_terms, narrowings

BAD_CODE = [
    ("text that is no policy", "permit everything"),
    ("a clause without an id", "permit (principal, action, resource);"),
    ("two clauses of one id", '@id("1") permit (principal, action, resource);\n' * 2),
    ("a template", '@id("1") permit (principal == ?principal, action, resource);'),
    ("a clause that errs", '@id("1") forbid (principal, action, resource) when { resource.missing == 1 };'),
    (
        "a clause that overflows",
        '@id("1") forbid (principal, action, resource) when { context.now * 9000000 > 0 };',
    ),
]


@pytest.mark.parametrize("cedar", [case[1] for case in BAD_CODE], ids=[case[0] for case in BAD_CODE])
def test_an_engine_error_is_a_refusal_whatever_else_permits(cedar: str) -> None:
    good = cast.in_force(cast.terms())
    bad = ContractInForce(UUID(int=2), Code(f"bad {cedar}", cedar), cast.END, "")
    decision = one(cast.asks(), cast.record(), good, bad)
    assert (decision.permitted, decision.layer, decision.code) == (False, "engine", "engine-error")
    assert decision.clauses == ()


def test_an_action_that_the_schema_does_not_know_is_refused_as_an_error() -> None:
    decision = one(cast.asks(action="destroy"), cast.record(), cast.in_force(cast.terms()))
    assert (decision.permitted, decision.layer) == (False, "engine")


def test_code_that_is_not_what_was_signed_permits_nothing() -> None:
    decision = one(cast.asks(), cast.record(), cast.in_force(cast.terms()), broken=True)
    assert (decision.permitted, decision.layer) == (False, "engine")


@pytest.mark.parametrize("change", [{"id": "gone"}, {"present": False}], ids=["left out", "not present"])
@pytest.mark.parametrize("which", [0, 1], ids=["actor", "record"])
def test_an_entity_that_is_not_there_is_a_refusal(which: int, change: dict[str, Any]) -> None:
    contract = cast.in_force(cast.terms())
    decisions = decide(cast.asks(), [cast.record()], InForce(DENY, [contract]), now=cast.NOW)
    inputs = copy.deepcopy(dict(decisions.inputs))
    entity = inputs["entities"][which]
    entity["uid" if "id" in change else "attrs"].update(change)
    codes: dict[str, Sequence[Code]] = dict.fromkeys(LAYERS, ())
    codes["contract"] = [contract.code]
    assert [verdict.layer for verdict in execute(inputs, codes)] == ["engine"]


def test_records_that_differ_only_in_content_share_one_decision() -> None:
    records = [cast.record(key=str(number)) for number in range(20)]
    records += [cast.record("medicines", key="m"), cast.record("lab-results", "HIV", key="h")]
    decisions = decide(cast.asks(), records, InForce(DENY, [cast.in_force(cast.terms())]), now=cast.NOW)
    assert len(decisions.by_group) == 3
    assert [decisions.by_resource["Observation", key].permitted for key in ("0", "19", "m", "h")] == [
        True,
        True,
        False,
        False,
    ]
    assert decisions.any_permitted


def test_the_evidence_is_canonical_and_names_all_that_ran() -> None:
    contracts = [
        cast.in_force(cast.terms(categories=[name]), number) for number, name in enumerate(["labs", "visits"])
    ]
    in_force = InForce(OPT_OUT, contracts, session(), epoch=7)
    inputs = decide(cast.asks(), [cast.record()], in_force, now=cast.NOW).inputs
    assert parse_canonical(canonical(dict(inputs))) == inputs
    assert inputs["code"]["contract"] == sorted(contract.code.hash for contract in contracts)
    assert [len(inputs["code"][layer]) for layer in LAYERS] == [0, 1, 2, 1]
    assert (inputs["epoch"], inputs["engine"], inputs["context"]["now"]) == (7, ENGINE, 1795348800000000)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(any_terms(), max_size=6),
    any_request(),
    st.lists(any_record(), min_size=1, max_size=4, unique_by=lambda record: (record.type, record.id)),
    st.sampled_from(INSTANTS),
    st.tuples(st.booleans(), any_counts()),
)
def test_the_engine_agrees_with_a_plain_reading_of_the_terms(
    agreed: list[Terms],
    request: AccessRequest,
    records: list[ResourceFacts],
    now: Any,
    standing: tuple[bool, tuple[int, int]],
) -> None:
    opt_out, counts = standing
    contracts = [cast.in_force(terms, number, counts=counts) for number, terms in enumerate(agreed)]
    in_force = InForce(OPT_OUT if opt_out else DENY, contracts)
    decisions = decide(request, records, in_force, now=now)
    for record in records:
        decision = decisions.of(record)
        expected = reference.answer(agreed, request, record, now, opt_out=opt_out, counts=counts)
        assert (decision.permitted, decision.layer) == expected


@settings(max_examples=50, deadline=None)
@given(st.lists(any_terms(), min_size=1, max_size=4), any_request(), any_record(), st.sampled_from(INSTANTS))
def test_the_evidence_alone_gives_the_same_answer_from_the_text(
    agreed: list[Terms], request: AccessRequest, record: ResourceFacts, now: Any
) -> None:
    """Replayed without our sets, caches and ids: the policy texts are put together and parsed by Cedar itself."""
    contracts = [cast.in_force(terms, number) for number, terms in enumerate(agreed)]
    inputs = decide(request, [record], InForce(DENY, contracts), now=now).inputs
    if inputs["decisions"][0]["layer"] == "law":
        return
    texts = {contract.code.hash: contract.code.cedar for contract in contracts}
    asked = {
        "principal": inputs["principal"],
        "action": inputs["action"],
        "resource": inputs["entities"][1]["uid"],
        "context": inputs["context"],
    }
    text = "\n".join(texts[key] for key in inputs["code"]["contract"])
    result = cedarpy.is_authorized(asked, text, json.dumps(inputs["entities"]))
    assert result.allowed == inputs["decisions"][0]["permitted"]
    assert not result.diagnostics.errors


def test_clauses_are_named_by_their_code() -> None:
    code = cast.in_force(cast.terms()).code
    assert list(clauses(code)) == [f"{code.hash}:1"]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(any_terms(), min_size=1, max_size=4),
    st.lists(any_request(), min_size=4, max_size=4),
    st.lists(any_record(), min_size=3, max_size=3, unique_by=lambda record: (record.type, record.id)),
)
def test_ten_thousand_cases_of_the_whole_language_agree(
    agreed: list[Terms], requests: list[AccessRequest], records: list[ResourceFacts]
) -> None:
    """100 examples of four requests, at each of five instants and after two histories of use, for three records."""
    for counts in ((0, 0), (2, 2)):
        contracts = [cast.in_force(terms, number, counts=counts) for number, terms in enumerate(agreed)]
        for request in requests:
            for now in INSTANTS:
                decisions = decide(request, records, InForce(DENY, contracts), now=now)
                for record in records:
                    expected = reference.answer(agreed, request, record, now, opt_out=False, counts=counts)
                    assert (decisions.of(record).permitted, decisions.of(record).layer) == expected


@settings(max_examples=200, deadline=None)
@given(any_terms(), any_request(), any_record(), st.sampled_from(INSTANTS), st.data())
def test_narrowing_a_permit_never_permits_more_nor_widening_one_denies_more(
    wide: Terms, request: AccessRequest, record: ResourceFacts, now: Any, data: st.DataObject
) -> None:
    """A refusal read the other way round: narrowed, it never refuses more."""
    narrow = data.draw(narrowings(wide))
    answers = [one(request, record, cast.in_force(terms), now=now, base=OPT_OUT) for terms in (narrow, wide)]
    permitted = [answer.permitted for answer in answers]
    assert permitted in (
        [False, False],
        [True, True],
        [False, True] if wide.effect == "permit" else [True, False],
    )
