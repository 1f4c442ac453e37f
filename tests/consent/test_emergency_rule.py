"""What breaking the glass reaches is each organisation's rule: labels, quotas, and whether patients may refuse it."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, transaction

from consent import selectors, services
from consent.compiler import schema, validate
from consent.emergency_rule import DEFAULT, EMERGENCY, Rule, binds_refusals, code_of, from_json
from consent.errors import EmergencyQuotaReached, EmergencyRuleMalformed, RefusalsStand
from consent.facts import Decision
from consent.models import EmergencyRule, EmergencySession
from consent.policy_sets import standing_code, standing_text
from consent.signature import Signature
from consent.standing_refusals import giving_way, refusable_emergencies, refusals_here
from consent.terms import Grantee
from ledger.scope import party_scope, tenant_scope
from ledger.selectors import search_entries
from ledger.sequencing import drain
from tests.consent import cast, cedar_wasm
from tests.consent.deciding import accessed
from tests.consent.doings import entries, granted, reads

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("logs")]

NO_ONE_AT_RIVERSIDE = Grantee("organisation", cast.RIVERSIDE)


def rules(*, give_way: int = 0, **said: Any) -> int:
    return services.set_emergency_rule(rule=Rule(**said), actor=cast.ADMINISTRATOR, give_way=give_way)


def broken(**changes: Any) -> EmergencySession:
    return services.open_emergency(**cast.EMERGENCY | changes)


def refused(**changes: Any) -> UUID:
    """A refusal of emergency access by everybody at Riverside to what she has of lab results."""
    usual: dict[str, Any] = {
        "grantee": NO_ONE_AT_RIVERSIDE,
        "effect": "deny",
        "purposes": ["BTG"],
    }
    return granted(**usual | changes).id


def read(*labels: str, **changes: Any) -> Decision:
    return reads(cast.record("lab-results", *labels), **{"purpose": "BTG"} | changes)


def test_a_tenant_that_chose_nothing_has_the_rule_of_the_repository() -> None:
    with cast.at_st_mary():
        assert selectors.emergency_rule() == (0, DEFAULT)
    assert standing_code("emergency", standing_text("emergency")) == EMERGENCY


@pytest.mark.parametrize(
    "rule",
    [
        Rule(),
        Rule(excluded=["PSY"]),
        Rule(excluded=["R", "V", "ETH", "ETHUD", "OPIOIDUD", "PSY", "HIV", "SEX", "SDV"]),
        Rule(a_day=1, a_month=1000),
        Rule(excluded=["V", "HIV"], a_day=3, refusals=True),
    ],
)
def test_every_rule_is_valid_code_and_says_itself_whether_refusals_bind(rule: Rule) -> None:
    validate(code_of(rule).cedar)
    assert binds_refusals(code_of(rule)) == rule.refusals
    assert from_json(rule.to_json()) == rule
    assert schema() is not None


@pytest.mark.parametrize(
    "said",
    [
        {"excluded": ["MOOD"]},
        {"excluded": "PSY"},
        {"a_day": 0},
        {"a_day": True},
        {"a_month": 1001},
        {"a_month": 2.5},
        {"refusals": 1},
    ],
)
def test_a_rule_that_means_nothing_is_refused(said: dict[str, Any]) -> None:
    with pytest.raises(EmergencyRuleMalformed):
        Rule(**said)


@pytest.mark.parametrize(
    ("excluded", "labels", "open_to_them"),
    [
        (["PSY"], [], True),
        (["PSY"], ["HIV"], True),
        (["PSY"], ["PSY"], False),
        (["PSY"], ["HIV", "PSY"], False),
        (["PSY"], ["NEW-LABEL"], False),
        (["ETH"], ["ETHUD"], False),
        (["ETHUD"], ["ETH"], True),
        (["V"], ["R"], True),
        (["V"], ["V"], False),
        (["R"], ["V"], False),
        (["R"], ["N"], True),
    ],
)
def test_what_a_rule_excludes_stays_closed(
    excluded: list[str], labels: list[str], open_to_them: bool
) -> None:
    with cast.at_st_mary():
        rules(excluded=excluded)
        broken()
        decision = read(*labels)
    assert decision.permitted is open_to_them
    assert decision.code == ("permitted" if open_to_them else "emergency-not-covered")


def test_what_a_rule_excludes_a_contract_may_still_permit() -> None:
    with cast.at_st_mary():
        rules(excluded=["PSY"])
        granted(sensitivity=["PSY"])
        broken()
        assert read("PSY", purpose="TREAT").layer == "contract"


def test_a_change_of_the_rule_holds_from_the_next_look_on() -> None:
    with cast.at_st_mary():
        broken()
        assert read("HIV").permitted
        rules(excluded=["HIV"])
        assert not read("HIV").permitted
        rules()
        assert read("HIV").permitted


def test_a_quota_a_day_refuses_the_next_session_by_name_and_leaves_the_open_ones() -> None:
    with cast.at_st_mary():
        rules(a_day=2)
        broken()
        assert broken(person=cast.NEIGHBOUR).of_day == 2
        with pytest.raises(EmergencyQuotaReached, match="2 a day"):
            broken(person=uuid4())
        assert read(person=cast.PATIENT).permitted
        assert read(person=cast.NEIGHBOUR).permitted
        assert broken(actor=cast.DOCTOR, organisation=cast.ST_MARY).of_day == 1


def test_a_quota_in_thirty_days_counts_those_of_other_days() -> None:
    with cast.at_st_mary():
        for days in (40, 20, 2):
            made = broken()
            earlier = made.starts - timedelta(days=days)
            EmergencySession.objects.create(
                **{
                    field.attname: getattr(made, field.attname)
                    for field in EmergencySession._meta.fields
                    if field.name != "id"
                }
                | {"starts": earlier, "ends": earlier + timedelta(hours=1)}
            )
        rules(a_month=5)
        with pytest.raises(EmergencyQuotaReached, match="5 in 30 days"):
            broken()
        rules(a_month=6)
        session = broken()
    assert (session.of_day, session.of_month) == (4, 6)


def test_a_lower_quota_closes_the_sessions_that_are_above_it() -> None:
    with cast.at_st_mary():
        broken(person=cast.NEIGHBOUR)
        broken()
        rules(a_day=1)
        assert not read().permitted
        assert read(person=cast.NEIGHBOUR).permitted


@pytest.mark.django_db(transaction=True)
def test_a_rule_is_versioned_entered_and_kept() -> None:
    with cast.at_st_mary():
        assert rules(excluded=["PSY"], a_day=3) == 1
        assert rules(excluded=["PSY"], a_day=3) == 1
        assert rules(refusals=True) == 2
        with pytest.raises(DatabaseError), transaction.atomic():
            EmergencyRule.objects.update(version=7)
    drain()
    with cast.at_st_mary():
        newest, first = search_entries(types=["policy.changed"], limit=10)
    assert (first.audit["policy"], first.audit["variant"]) == (
        "emergency",
        "not PSY; 3 a day; patients may not refuse",
    )
    assert newest.audit["before"] == first.audit["code_hash"]
    with tenant_scope(cast.RIVERSIDE):
        assert selectors.emergency_rule() == (0, DEFAULT)


@pytest.mark.django_db(transaction=True)
def test_whose_refusal_gives_way_or_holds_again_is_told_in_their_own_chain() -> None:
    with cast.at_st_mary():
        rules(refusals=True)
        contract = refused()
        refused(purposes=["TREAT"])
        fhir = adopted(consent(for_purpose("ETREAT")))
        ended = refused(purposes=["ETREAT"])
        services.revoke(contract=ended, actor=cast.PATIENT_USER)
        assert [one.id for one in refusals_here()] == [contract, fhir]
        rules(refusals=True, a_day=3)
        rules(give_way=2)
        rules(refusals=True)
    drain()
    told = [entry for entry in entries() if entry.type.startswith("refusal.")]
    assert [(entry.type, entry.audit["contract"]) for entry in reversed(told)] == [
        ("refusal.yielded", str(contract)),
        ("refusal.yielded", str(fhir)),
        ("refusal.bound", str(contract)),
        ("refusal.bound", str(fhir)),
    ]
    assert [entry.audit["version"] for entry in told] == [4, 4, 3, 3]


def test_no_refusal_gives_way_unless_as_many_were_agreed_to() -> None:
    with cast.at_st_mary():
        rules(refusals=True)
        refused()
        refused(purposes=["ETREAT"])
        for agreed in (0, 1):
            with pytest.raises(RefusalsStand, match="2 contracts here") as caught:
                rules(a_day=3, give_way=agreed)
            assert caught.value.count == 2
        assert selectors.emergency_rule() == (1, Rule(refusals=True))
        broken()
        assert not read().permitted
        assert rules(refusals=True, a_day=3) == 2, "nothing gives way, so nothing is asked"
        assert rules(a_day=3, give_way=2) == 3
        assert read().permitted


def test_a_patient_finds_which_of_her_refusals_give_way() -> None:
    with cast.at_st_mary():
        contract = refused()
    with party_scope(cast.PATIENT):
        assert [one.id for one in giving_way(selectors.contracts_of_person(cast.PATIENT))] == [contract]
    with cast.at_st_mary():
        rules(refusals=True)
    with party_scope(cast.PATIENT):
        assert giving_way(selectors.contracts_of_person(cast.PATIENT)) == []


def test_a_row_that_is_not_the_rule_it_says_opens_nothing() -> None:
    with cast.at_st_mary():
        broken()
        EmergencyRule.objects.create(
            tenant_id=cast.ST_MARY,
            version=1,
            terms=Rule(a_day=1).to_json(),
            cedar="",
            code_hash=EMERGENCY.hash,
            set_at=cast.NOW,
            set_by=cast.ADMINISTRATOR,
        )
        assert read().code == "engine-error"


@pytest.mark.parametrize("stated", ["BTG", "ETREAT", "TREAT"])
@pytest.mark.parametrize("named", [["BTG"], ["ETREAT"], ["BTG", "TREAT"]])
def test_a_refusal_that_names_emergencies_holds_whichever_purpose_is_stated(
    named: list[str], stated: str
) -> None:
    with cast.at_st_mary():
        rules(refusals=True)
        contract = refused(purposes=named)
        broken()
        decision = read(purpose=stated)
        assert (decision.permitted, decision.layer, decision.code) == (False, "emergency", "refused")
        assert decision.contract == contract
        assert "in an emergency too" in decision.sentence
        assert reads(cast.record("visits"), purpose=stated).permitted


def test_a_refusal_that_names_no_emergency_leaves_them() -> None:
    with cast.at_st_mary():
        rules(refusals=True)
        refused(purposes=["TREAT", "HRESCH"])
        broken()
        assert read().permitted
        assert read(purpose="TREAT").permitted


def test_a_refusal_holds_only_where_the_rule_lets_it_and_against_whom_it_names() -> None:
    with cast.at_st_mary():
        refused()
        broken()
        assert read().permitted
        rules(refusals=True)
        assert not read().permitted
        assert refusable_emergencies([cast.ST_MARY, cast.RIVERSIDE]) == {cast.ST_MARY}
        broken(actor=cast.DOCTOR, organisation=cast.ST_MARY)
        assert read(actor=cast.DOCTOR, organisation=cast.ST_MARY).permitted
    with party_scope(cast.PATIENT):
        assert refusable_emergencies([cast.ST_MARY, cast.RIVERSIDE]) == {cast.ST_MARY}


def consent(*provisions: dict[str, Any], effect: str = "permit") -> dict[str, Any]:
    return {
        "resourceType": "Consent",
        "status": "active",
        "scope": {
            "coding": [
                {"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "patient-privacy"}
            ]
        },
        "patient": {"reference": f"Patient/{cast.PATIENT}"},
        "provision": {"type": effect} | ({"provision": list(provisions)} if provisions else {}),
    }


def for_purpose(code: str, more: dict[str, Any] | None = None) -> dict[str, Any]:
    system = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
    return {"type": "deny", "purpose": [{"system": system, "code": code}], **(more or {})}


def adopted(resource: dict[str, Any]) -> UUID:
    made = services.adopt_fhir_consent(
        person=cast.PATIENT,
        grantor=cast.PATIENT_USER,
        resource=resource,
        signature=Signature("token", cast.PATIENT_USER),
        place="St Mary Hospital",
        resolve=lambda reference: (reference, ""),
    )
    return made.id


def test_a_fhir_consent_that_denies_an_emergency_by_name_holds_too() -> None:
    with cast.at_st_mary():
        rules(refusals=True)
        contract = adopted(consent(for_purpose("ETREAT")))
        broken()
        for stated in ("BTG", "TREAT", "ETREAT"):
            decision = read(purpose=stated)
            assert (decision.permitted, decision.layer, decision.contract) == (False, "emergency", contract)


def test_a_fhir_consent_that_denies_everything_names_no_emergency() -> None:
    with cast.at_st_mary():
        rules(refusals=True)
        adopted(consent(effect="deny"))
        broken()
        assert read().permitted


def test_its_exception_to_that_refusal_stays_open() -> None:
    kind = {"system": "http://hl7.org/fhir/resource-types", "code": "Observation"}
    with cast.at_st_mary():
        rules(refusals=True)
        adopted(consent(for_purpose("BTG", {"provision": [{"type": "permit", "class": [kind]}]})))
        broken()
        assert read().permitted
        assert not reads(cast.record("lab-results", kind="DiagnosticReport"), purpose="BTG").permitted


@pytest.mark.django_db(transaction=True)
def test_decisions_under_rules_and_refusals_replay_alike(tmp_path: Path) -> None:
    decide_in_emergencies()
    file = tmp_path / "archive.jsonl"
    with file.open("w") as archive:
        found = services.replay(tenant=cast.ST_MARY, archive=archive)
    assert (found.same, found.differs, found.unreplayable) == (4, 0, 0), found.findings


@pytest.mark.javascript
@pytest.mark.django_db(transaction=True)
def test_another_engine_replays_them_alike(tmp_path: Path) -> None:
    decide_in_emergencies()
    file = tmp_path / "archive.jsonl"
    with file.open("w") as archive:
        services.replay(tenant=cast.ST_MARY, archive=archive)
    found = cedar_wasm.replay(file)
    assert (found["decisions"], found["differ"]) == (4, [])


def decide_in_emergencies() -> None:
    """Rules that change between decisions, refusals in both languages, and sessions above a quota."""
    with cast.at_st_mary():
        rules(excluded=["PSY"], a_day=2, refusals=True)
        broken()
        accessed(cast.record(), cast.record("visits", "PSY"), purpose="BTG")
        refused()
        kind = {"system": "http://hl7.org/fhir/resource-types", "code": "Condition"}
        adopted(consent(for_purpose("ETREAT", {"class": [kind]})))
        accessed(
            cast.record(), cast.record("conditions", kind="Condition"), cast.record("visits"), purpose="TREAT"
        )
        rules(a_day=1, give_way=2)
        accessed(cast.record(), purpose="BTG")
        broken(actor=cast.DOCTOR, organisation=cast.ST_MARY)
        with pytest.raises(EmergencyQuotaReached):
            broken(actor=cast.DOCTOR, organisation=cast.ST_MARY)
        accessed(cast.record(), actor=cast.DOCTOR, organisation=cast.ST_MARY, purpose="ETREAT")
    drain()
