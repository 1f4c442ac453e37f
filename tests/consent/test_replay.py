"""A log is replayed from its entries alone: each decision comes out as it did, or it is named."""

import json
from collections.abc import Callable
from copy import deepcopy
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from consent import services
from consent.models import Contract
from consent.replay import FORMER
from consent.services import Replayed
from ledger.identity import new_id
from ledger.scope import tenant_scope
from ledger.sequencing import drain
from ledger.services import append
from ledger.vault import keyring
from tests.consent import cast
from tests.consent.deciding import accessed, enter
from tests.consent.doings import granted

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("logs")]
FOUND: dict[str, Any] = {
    "interaction": "find",
    "action": "find",
    "categories": ["demographics"],
    "layer": "base",
    "code": "found",
    "contract": None,
    "decision": "permitted",
    "decided": [],
}
PSYCHIATRY = cast.record("lab-results", "PSY", key="2")


def replayed(**range_: Any) -> Replayed:
    drain()
    return services.replay(tenant=cast.ST_MARY, **range_)


def kinds(found: Replayed) -> list[str]:
    return [finding.kind for finding in found.findings]


def lived() -> None:
    """Decisions before, under and after contracts, an emergency and two base policies."""
    with cast.at_st_mary():
        assert not accessed().any_permitted
        first = granted()
        assert accessed(cast.record(), PSYCHIATRY).any_permitted
        granted(effect="deny", categories=["medicines"])
        assert not accessed(cast.record("medicines")).any_permitted
        assert accessed(
            actor=cast.PATIENT_USER, role="patient", organisation=None, is_self=True
        ).any_permitted
        services.revoke(contract=first.id, actor=cast.PATIENT_USER)
        assert not accessed().any_permitted
        session = services.open_emergency(**cast.EMERGENCY)
        assert accessed(PSYCHIATRY, purpose="BTG").any_permitted
        services.end_emergency(session=session.id, actor=cast.DOCTOR_ELSEWHERE)
        assert not accessed(PSYCHIATRY).any_permitted
        services.set_base_policy(variant="opt-out-treatment", actor=cast.ADMINISTRATOR)
        assert accessed(actor=cast.DOCTOR, organisation=cast.ST_MARY).any_permitted
        services.set_base_policy(variant="deny", actor=cast.ADMINISTRATOR)
        assert not accessed(actor=cast.DOCTOR, organisation=cast.ST_MARY).any_permitted


def test_every_decision_comes_out_the_same_and_the_contracts_table_is_not_asked(administrator: Any) -> None:
    lived()
    for table in ("consent_contract", "consent_emergencysession", "consent_basepolicy"):
        administrator.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        administrator.execute(f"DELETE FROM {table}")
        administrator.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    found = replayed()
    assert kinds(found) == []
    assert (found.decisions, found.same, found.holds) == (9, 9, True)


def test_a_range_is_replayed_under_what_came_before_it() -> None:
    with cast.at_st_mary():
        granted()
        for _ in range(3):
            accessed()
    assert replayed(since=4).same == 2
    assert replayed(since=3, until=5).same == 2
    assert replayed(since=99).decisions == 0


def _forge(change: Callable[[dict[str, Any]], None], **audit: Any) -> list[str]:
    """Enter a decision whose evidence was changed, and say what is found."""
    with cast.at_st_mary():
        granted()
        request = cast.asks()
        decisions = services.decide(request=request, resources=[cast.record()])
        inputs = deepcopy(dict(decisions.inputs))
        change(inputs)
        enter(request, decisions, inputs, **audit)
    found = replayed()
    assert (found.same, found.differs, found.holds) == (0, 1, False)
    return kinds(found)


def _contextual(name: str, value: Any) -> Callable[[dict[str, Any]], None]:
    return lambda inputs: inputs["context"].update({name: value})


@pytest.mark.parametrize(
    ("change", "audit", "kind"),
    [
        (lambda inputs: inputs["decisions"][0].update(permitted=False), {}, "decision-differs"),
        (lambda inputs: inputs["code"].update(contract=["0" * 64]), {}, "contract-not-in-force"),
        (lambda inputs: inputs["code"].update(base=["0" * 64]), {}, "base-policy"),
        (lambda inputs: inputs.update(epoch=0), {}, "contract-not-in-force"),
        (lambda inputs: inputs.update(epoch=7), {}, "epoch-unknown"),
        (_contextual("purpose", "HRESCH"), {}, "decision-differs"),
        (_contextual("now", 4_000_000_000_000_000), {}, "decision-differs"),
        (lambda inputs: inputs.update(decisions="all"), {}, "decision-differs"),
        (lambda inputs: inputs.pop("entities"), {}, "evidence-malformed"),
        (lambda inputs: inputs.update(schema="0" * 64), {}, "schema-unknown"),
        (lambda inputs: inputs["code"].update(law=["0" * 64]), {}, "law-unknown"),
        (lambda inputs: inputs["code"].update(emergency=["0" * 64]), {}, "law-unknown"),
        (lambda inputs: None, {"purpose": "HRESCH"}, "question-differs"),
        (lambda inputs: None, {"who": {"id": str(cast.OUTSIDER)}}, "question-differs"),
        (
            lambda inputs: None,
            {"decided": [{"permitted": True, "layer": "law", "clauses": []}]},
            "permit-unexplained",
        ),
    ],
)
def test_evidence_that_was_changed_is_found(
    change: Callable[[dict[str, Any]], None], audit: dict[str, Any], kind: str
) -> None:
    assert _forge(change, **audit) == [kind]


def test_a_refusal_that_was_left_out_of_the_evidence_is_executed_all_the_same() -> None:
    with cast.at_st_mary():
        permit = granted()
        granted(effect="deny")
        request = cast.asks()
        decisions = services.decide(request=request, resources=[cast.record()])
        inputs = deepcopy(dict(decisions.inputs))
        inputs["code"]["contract"] = [permit.code_hash]
        inputs["decisions"] = [{"permitted": True, "layer": "contract", "clauses": [f"{permit.code_hash}:1"]}]
        enter(request, decisions, inputs)
    assert kinds(replayed()) == ["decision-differs"]


def test_an_access_that_no_decision_explains_is_a_finding() -> None:
    with cast.at_st_mary():
        audit = {"interaction": "read", "decision": "permitted", "decided": []}
        append(type="access.permitted", actor=cast.DOCTOR, subject=cast.PATIENT, audit=audit)
        append(type="access.permitted", actor=cast.DOCTOR, subject=cast.PATIENT, audit=FOUND)
    assert kinds(replayed()) == ["no-evidence"]


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("access.permitted", {"categories": ["demographics", "lab-results"]}),
        ("access.permitted", {"action": "read"}),
        ("access.permitted", {"interaction": "keep"}),
        ("access.permitted", {"interaction": "register", "action": "write"}),
        ("record.created", {"interaction": "keep", "action": "write", "purpose": None}),
        ("access.emergency", {}),
    ],
)
def test_what_only_calls_itself_undecided_is_a_finding(kind: str, change: dict[str, Any]) -> None:
    with cast.at_st_mary():
        append(type=kind, actor=cast.DOCTOR, subject=cast.PATIENT, audit=FOUND | change)
    assert kinds(replayed()) == ["no-evidence"]


def test_a_decision_under_a_law_that_was_shipped_once_is_excused() -> None:
    (former,) = FORMER["law"]
    with cast.at_st_mary():
        request = cast.asks(actor=cast.PATIENT_USER, role="patient", organisation=None, is_self=True)
        decisions = services.decide(request=request, resources=[cast.record()])
        inputs = deepcopy(dict(decisions.inputs))
        inputs["code"].update(law=[former])
        enter(request, decisions, inputs)
    found = replayed()
    assert (found.unreplayable, found.holds, kinds(found)) == (1, True, ["unreplayable"])


def test_a_contract_that_nobody_signed_explains_nothing() -> None:
    """As an operator would do it who writes the entries of a life by hand."""
    with cast.at_st_mary():
        contract = granted()
        inputs = services.decide(request=cast.asks(), resources=[cast.record()]).inputs
    _tell_unsigned(contract)
    with tenant_scope(cast.ST_MARY):
        decisions = services.decide(request=cast.asks(person=cast.PATIENT), resources=[cast.record()])
        enter(cast.asks(person=cast.NEIGHBOUR), decisions, inputs)
    assert kinds(replayed()) == ["contract-unsound"]


def _tell_unsigned(contract: Contract) -> None:
    document = {
        name: getattr(contract, name)
        for name in ("terms", "cedar", "schema", "compiler", "sentence", "language", "template")
    }
    audit = {"contract": str(contract.id), "code_hash": contract.code_hash}
    with cast.at_st_mary():
        for step, state, inputs in (
            ("contract.proposed", "proposed", document),
            ("contract.activated", "active", {"code_hash": contract.code_hash, "epoch": 1}),
        ):
            append(
                type=step,
                actor=cast.DOCTOR,
                subject=cast.NEIGHBOUR,
                audit=audit | {"state": state},
                inputs=inputs,
            )


def test_what_was_erased_is_unreplayable_and_no_fault(administrator: Any) -> None:
    """A person of her own: the process keeps the keys of the cast."""
    person = new_id()
    with cast.at_st_mary():
        granted(person)
        accessed(person=person)
        accessed()
        session = services.open_emergency(**cast.EMERGENCY | {"person": person})
        accessed(person=person, purpose="BTG")
        services.end_emergency(session=session.id, actor=cast.DOCTOR_ELSEWHERE)
    drain()
    gone = "DELETE FROM ledger_key WHERE owner = %s AND use LIKE 'inputs:%%' RETURNING tenant_id, id"
    for name in administrator.execute(gone, [person]).fetchall():
        del keyring._by_id._values[name]
    found = replayed()
    assert (found.same, found.differs, found.unreplayable, found.holds) == (1, 0, 2, True)


def test_an_entry_that_was_altered_differs(administrator: Any) -> None:
    with cast.at_st_mary():
        accessed()
    drain()
    administrator.execute("ALTER TABLE ledger_entry DISABLE TRIGGER USER")
    administrator.execute("UPDATE ledger_entry SET body = body || '\\x00' WHERE type = 'access.denied'")
    administrator.execute("ALTER TABLE ledger_entry ENABLE TRIGGER USER")
    assert kinds(replayed()) == ["entry-altered"]


def test_the_command_counts_exports_and_fails_on_a_difference(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lived()
    drain()
    file = tmp_path / "archive.jsonl"
    call_command("replay_decisions", tenant="st-mary", export=file)
    assert "9 decisions of entries 0 to" in (said := capsys.readouterr().out)
    assert "9 same, 0 differ, 0 unreplayable" in said
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert [line["kind"] for line in lines].count("decision") == 9
    assert file.stat().st_mode & 0o077 == 0
    with cast.at_st_mary():
        append(
            type="access.permitted", actor=cast.DOCTOR, subject=cast.PATIENT, audit={"interaction": "read"}
        )
    drain()
    with pytest.raises(SystemExit) as ended:
        call_command("replay_decisions", tenant="st-mary")
    assert ended.value.code == 1
    assert "no-evidence at index" in capsys.readouterr().out


def test_progress_is_told_to_the_end() -> None:
    lived()
    told: list[tuple[int, int]] = []
    replayed(progress=lambda done, size: told.append((done, size)), archive=StringIO())
    assert told[-1][0] == told[-1][1]
