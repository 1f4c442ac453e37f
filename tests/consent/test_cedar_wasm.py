"""Another implementation of Cedar answers as ours does: on what the log holds, and on what hypothesis thinks of."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consent import engine, services
from consent.base_variants import code_of
from consent.compiler import SCHEMA_HASH, SCHEMA_TEXT
from consent.facts import AccessRequest, ResourceFacts
from consent.fhir import asking
from consent.fhir import compiling as fhir
from consent.in_force import InForce
from consent.policy_sets import Code
from consent.restriction import Restriction
from consent.terms import Terms
from ledger.sequencing import drain
from tests.consent import cast, cedar_wasm, fhir_cast, fhir_reference, reference
from tests.consent.deciding import accessed
from tests.consent.doings import granted
from tests.consent.fhir_strategies import consents, requests
from tests.consent.strategies import INSTANTS, any_record, any_request, any_terms

pytestmark = pytest.mark.javascript
CASES = 5000
AT_ONCE = 25
ENOUGH = settings(
    max_examples=CASES // AT_ONCE,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("logs")
def test_the_archive_of_a_log_is_replayed_alike(tmp_path: Path) -> None:
    with cast.at_st_mary():
        accessed()
        granted(sensitivity=["PSY"])
        granted(effect="deny", categories=["medicines"])
        every = [
            cast.record(),
            cast.record("medicines"),
            cast.record("lab-results", "PSY"),
            cast.record("visits"),
        ]
        accessed(*every)
        accessed(*every, actor=cast.PATIENT_USER, role="patient", organisation=None, is_self=True)
        services.open_emergency(**cast.EMERGENCY)
        accessed(*every, purpose="BTG")
        services.set_base_policy(variant="opt-out-treatment", actor=cast.ADMINISTRATOR)
        accessed(*every, actor=cast.DOCTOR, organisation=cast.ST_MARY)
        for basis in ("objection", "endangers-life"):
            terms = Restriction(cast.ST_MARY, cast.PATIENT, basis, ["visits"])
            services.place_restriction(terms=terms, reason="As her doctor asked.", actor=cast.PRIVACY_OFFICER)
        accessed(*every, actor=cast.PATIENT_USER, role="patient", organisation=None, is_self=True)
    drain()
    file = tmp_path / "archive.jsonl"
    with file.open("w") as archive:
        assert services.replay(tenant=cast.ST_MARY, archive=archive).same == 6
    found = cedar_wasm.replay(file)
    assert (found["decisions"], found["differ"]) == (6, [])


def test_the_other_engine_says_where_it_differs(tmp_path: Path) -> None:
    """Else its agreement would mean nothing."""
    file = tmp_path / "cases.jsonl"
    with file.open("w") as archive:
        cases = cedar_wasm.Cases(archive, SCHEMA_TEXT, SCHEMA_HASH)
        for verdict in (engine._SILENT, engine._FAILED):
            inputs, codes = _posed([cast.terms()], cast.asks(), cast.record(), cast.NOW, opt_out=False)
            cases.take(inputs, codes, [verdict])
    assert [case["index"] for case in cedar_wasm.replay(file)["differ"]] == [0, 1]


def test_contracts_are_decided_alike_by_both_engines_and_by_a_plain_reading(tmp_path: Path) -> None:
    file = tmp_path / "cases.jsonl"
    with file.open("w") as archive:
        cases = cedar_wasm.Cases(archive, SCHEMA_TEXT, SCHEMA_HASH)

        @ENOUGH
        @given(
            st.lists(any_terms(), max_size=4),
            st.lists(st.tuples(any_request(), any_record()), min_size=AT_ONCE, max_size=AT_ONCE),
            st.sampled_from(INSTANTS),
            st.booleans(),
        )
        def agree(
            agreed: list[Terms],
            asked: list[tuple[AccessRequest, ResourceFacts]],
            now: datetime,
            opt_out: bool,
        ) -> None:
            for request, record in asked:
                inputs, codes = _posed(agreed, request, record, now, opt_out=opt_out)
                (verdict,) = engine.execute(inputs, codes)
                expected = reference.answer(agreed, request, record, now, opt_out=opt_out)
                assert (verdict.permitted, verdict.layer) == expected
                cases.take(inputs, codes, [verdict])

        agree()
    assert cases.count >= CASES
    found = cedar_wasm.replay(file)
    assert (found["decisions"], found["differ"]) == (cases.count, [])


def test_fhir_consents_are_decided_alike_by_both_engines_and_by_a_plain_reading(tmp_path: Path) -> None:
    file = tmp_path / "cases.jsonl"
    with file.open("w") as archive:
        cases = cedar_wasm.Cases(archive, fhir.SCHEMA_TEXT, fhir.SCHEMA_HASH)

        @ENOUGH
        @given(
            st.lists(consents(), min_size=1, max_size=3),
            st.lists(requests, min_size=AT_ONCE, max_size=AT_ONCE),
        )
        def agree(drawn: list[dict[str, Any]], asked: list[dict[str, Any]]) -> None:
            by_hash = {code.hash: code for code in map(fhir.compile_consent, drawn)}
            codes = _layers([by_hash[key] for key in sorted(by_hash)], code_of("deny"))
            for request in asked:
                inputs = asking.inputs(fhir_cast.asked(request))
                (verdict,) = engine.execute(inputs, codes, fhir.schema())
                assert fhir_cast.word(verdict) == fhir_reference.answer(drawn, request)
                cases.take(inputs, codes, [verdict])

        agree()
    assert cases.count >= CASES
    found = cedar_wasm.replay(file)
    assert (found["decisions"], found["differ"]) == (cases.count, [])


def _posed(
    agreed: list[Terms], request: AccessRequest, record: ResourceFacts, now: datetime, *, opt_out: bool
) -> tuple[dict[str, Any], dict[str, Sequence[Code]]]:
    """What the engine is given for these contracts and this question."""
    contracts = [cast.in_force(terms, number) for number, terms in enumerate(agreed)]
    in_force = InForce(code_of("opt-out-treatment" if opt_out else "deny"), contracts)
    inputs = dict(engine.decide(request, [record], in_force, now=now).inputs)
    return inputs, engine._codes(request, in_force)


def _layers(contracts: list[Code], base: Code) -> dict[str, list[Code]]:
    return {"law": [], "emergency": [], "contract": contracts, "base": [base]}
