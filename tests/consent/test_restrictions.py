"""What the law keeps of a record: from the patient, from who acts for her, from everybody else, or from payers."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, transaction

from consent import services
from consent.compiler import validate
from consent.errors import (
    ConsentError,
    NotReviewable,
    ReasonNeeded,
    RestrictionClosed,
    RestrictionMalformed,
    UnknownRestriction,
    WrongCustodian,
)
from consent.facts import ResourceFacts
from consent.models import Restriction as Row
from consent.restriction import BASES, Restriction, code_of, from_json
from consent.standing_restrictions import restriction_reason, restrictions_here, restrictions_of
from consent.terms import Grantee
from ledger.scope import party_scope, tenant_scope
from ledger.sequencing import drain
from tests.consent import cast
from tests.consent.deciding import accessed, enter
from tests.consent.doings import entries, granted, reads

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("logs")]

HERSELF: dict[str, Any] = {
    "actor": cast.PATIENT_USER,
    "role": "patient",
    "organisation": None,
    "purpose": "PATRQT",
    "is_self": True,
}
GUARDIAN: dict[str, Any] = {
    "actor": cast.GUARDIAN,
    "role": "guardian",
    "organisation": None,
    "purpose": "PATRQT",
}
WHY = "Dr Olsen expects her to harm herself."


def restricted(**changes: Any) -> Restriction:
    usual: dict[str, Any] = {
        "custodian": cast.ST_MARY,
        "person": cast.PATIENT,
        "basis": "endangers-life",
        "categories": ["lab-results"],
    }
    return Restriction(**usual | changes)


def placed(**changes: Any) -> Row:
    return services.place_restriction(terms=restricted(**changes), reason=WHY, actor=cast.PRIVACY_OFFICER)


def guarded() -> None:
    granted(
        grantee=Grantee("person", cast.GUARDIAN),
        actions=["read", "manage_consent"],
        purposes=["PATRQT"],
    )


@pytest.mark.parametrize("basis", BASES)
def test_every_ground_is_valid_code_that_names_it(basis: str) -> None:
    made = restricted(
        basis=basis,
        categories=["documents", "conditions"],
        sensitivity=["PSY", "R"],
        records=["Observation/1", "DocumentReference/x"],
        ends=cast.END,
    )
    validate(code_of(made).cedar)
    assert f'@basis("{basis}")' in code_of(made).cedar
    assert from_json(made.to_json()) == made


@pytest.mark.parametrize(
    "said",
    [
        {"basis": "because"},
        {"categories": []},
        {"categories": "lab-results"},
        {"categories": ["horoscopes"]},
        {"sensitivity": ["MOOD"]},
        {"records": ["Observation"]},
        {"records": ['Observation/1"); permit(principal, action, resource);//']},
        {"ends": datetime(2027, 1, 1)},
        {"ends": "tomorrow"},
        {"ends": datetime(1960, 1, 1, tzinfo=UTC)},
    ],
)
def test_a_restriction_that_means_nothing_is_refused(said: dict[str, Any]) -> None:
    with pytest.raises(RestrictionMalformed):
        restricted(**said)


@pytest.mark.parametrize(
    ("basis", "barred"),
    [
        ("endangers-life", {"herself", "guardian"}),
        ("psychotherapy-notes", {"herself", "guardian"}),
        ("representative", {"guardian"}),
        ("accuracy-contested", {"guardian", "doctor", "payer", "staff", "emergency"}),
        ("objection", {"guardian", "doctor", "payer", "staff", "emergency"}),
        ("paid-in-full", {"payer"}),
    ],
)
def test_whom_a_ground_bars_and_whom_it_does_not(basis: str, barred: Collection[str]) -> None:
    with cast.at_st_mary():
        granted()
        granted(purposes=["HPAYMT"])
        guarded()
        services.set_base_policy(variant="opt-out-treatment", actor=cast.ADMINISTRATOR)
        services.open_emergency(**cast.EMERGENCY)
        placed(basis=basis)
        answers = {
            "herself": reads(**HERSELF),
            "guardian": reads(**GUARDIAN),
            "doctor": reads(),
            "payer": reads(purpose="HPAYMT"),
            "staff": reads(actor=cast.DOCTOR, organisation=cast.ST_MARY),
            "emergency": reads(purpose="BTG"),
        }
    assert {who for who, answer in answers.items() if not answer.permitted} == barred
    assert {(one.layer, one.code) for one in answers.values() if not one.permitted} == {("law", "refused")}
    assert all(BASES[basis].source in one.sentence for one in answers.values() if not one.permitted)


def test_what_is_kept_from_her_is_copied_no_more_than_read_and_what_she_reports_may_still_be_written() -> (
    None
):
    with cast.at_st_mary():
        placed()
        actions = {
            name: reads(**HERSELF | {"action": name}).permitted for name in ("read", "export", "write")
        }
    assert actions == {"read": False, "export": False, "write": True}


def test_what_is_restricted_for_everybody_is_not_changed_either() -> None:
    with cast.at_st_mary():
        granted(actions=["read", "write"])
        placed(basis="accuracy-contested")
        assert not reads(action="write").permitted


def sees(record: ResourceFacts) -> bool:
    return reads(record, **HERSELF).permitted


def test_it_reaches_what_it_names_and_nothing_beside() -> None:
    with cast.at_st_mary():
        placed(categories=["documents"], sensitivity=["PSY"])
        assert not sees(cast.record("documents", "PSY"))
        assert sees(cast.record("documents"))
        assert sees(cast.record("lab-results", "PSY"))
    with tenant_scope(cast.RIVERSIDE):
        assert reads(cast.record("documents", "PSY"), **HERSELF | {"custodian": cast.RIVERSIDE}).permitted


def test_a_record_named_by_itself_is_kept_with_whatever_refers_to_it() -> None:
    report = ResourceFacts(
        "DiagnosticReport", "9", "lab-results", frozenset(), refers=frozenset({"Observation/7"})
    )
    with cast.at_st_mary():
        placed(categories=[], records=["Observation/7"])
        assert not sees(cast.record(key="7"))
        assert not sees(report)
        assert sees(cast.record(key="8"))


def test_it_ends_when_it_says_and_when_it_is_lifted() -> None:
    with cast.at_st_mary():
        terms = restricted(ends=cast.END)
        made = services.place_restriction(terms=terms, reason=WHY, actor=cast.PRIVACY_OFFICER)
        assert not reads(**HERSELF).permitted
        services.lift_restriction(restriction=made.id, actor=cast.PRIVACY_OFFICER)
        assert reads(**HERSELF).permitted
        assert restrictions_of(cast.PATIENT) == []
        with pytest.raises(RestrictionClosed):
            services.lift_restriction(restriction=made.id, actor=cast.PRIVACY_OFFICER)
    code = code_of(terms).cedar
    assert f"context.now < {int(cast.END.timestamp()) * 1_000_000}" in code


@pytest.mark.parametrize(
    ("changes", "reason", "error"),
    [
        ({"custodian": cast.RIVERSIDE}, WHY, WrongCustodian),
        ({}, "because", ReasonNeeded),
        ({"ends": datetime.now(UTC) - timedelta(days=1)}, WHY, RestrictionMalformed),
    ],
)
def test_what_cannot_be_placed_leaves_nothing(
    changes: dict[str, Any], reason: str, error: type[ConsentError]
) -> None:
    with cast.at_st_mary():
        with pytest.raises(error):
            services.place_restriction(terms=restricted(**changes), reason=reason, actor=cast.PRIVACY_OFFICER)
        assert not Row.objects.exists()
        assert reads(**HERSELF).permitted


def asked(row: Row, person: UUID = cast.PATIENT) -> Row:
    return services.ask_review(restriction=row.id, person=person, actor=cast.PATIENT_USER)


def reviewed(row: Row, *, uphold: bool, reviewer: UUID = cast.ADMINISTRATOR) -> Row:
    return services.review_restriction(
        restriction=row.id, reviewer=reviewer, uphold=uphold, note="I have read the notes of both."
    )


@pytest.mark.parametrize("uphold", [True, False])
def test_a_review_by_somebody_else_upholds_or_lifts_it(uphold: bool) -> None:
    with cast.at_st_mary():
        row = placed()
        with pytest.raises(RestrictionClosed):  # nobody asked
            reviewed(row, uphold=uphold)
        asked(row)
        assert [one.id for one in restrictions_here()] == [row.id]
        with pytest.raises(NotReviewable):
            reviewed(row, uphold=uphold, reviewer=cast.PRIVACY_OFFICER)
        reviewed(row, uphold=uphold)
        assert reads(**HERSELF).permitted is not uphold
        for again in (asked, lambda one: reviewed(one, uphold=True)):
            with pytest.raises(RestrictionClosed):
                again(row)


def test_only_its_patient_asks_and_only_where_the_law_gives_a_review() -> None:
    with cast.at_st_mary():
        with pytest.raises(UnknownRestriction):
            asked(placed(), person=cast.NEIGHBOUR)
        with pytest.raises(NotReviewable):
            asked(placed(basis="psychotherapy-notes"))
        row = placed()
    with tenant_scope(cast.RIVERSIDE), pytest.raises(UnknownRestriction):
        services.lift_restriction(restriction=row.id, actor=cast.PRIVACY_OFFICER)


def test_its_patient_reads_it_in_her_own_scope_and_nobody_else_does() -> None:
    with cast.at_st_mary():
        row = placed()
        assert restriction_reason(row) == WHY
        assert WHY.encode() not in bytes(row.reason)
    with party_scope(cast.PATIENT):
        assert [one.id for one in restrictions_of(cast.PATIENT)] == [row.id]
    for other in (cast.NEIGHBOUR, cast.PRIVACY_OFFICER):
        with party_scope(other):
            assert restrictions_of(cast.PATIENT) == []


@pytest.mark.django_db(transaction=True)
def test_each_step_is_an_entry_of_her_chain_and_rows_are_kept() -> None:
    with cast.at_st_mary():
        row = placed()
        asked(row)
        reviewed(row, uphold=True)
        services.lift_restriction(restriction=row.id, actor=cast.PRIVACY_OFFICER)
        changes: list[dict[str, Any]] = [{"terms": {}}, {"lifted_at": None}, {"upheld": False}]
        for change in changes:
            with pytest.raises(DatabaseError), transaction.atomic():
                Row.objects.update(**change)
        with pytest.raises(DatabaseError), transaction.atomic():
            Row.objects.all().delete()
    drain()
    told = entries()
    assert [entry.type for entry in reversed(told)] == [
        "restriction.placed",
        "restriction.asked",
        "restriction.reviewed",
        "restriction.lifted",
    ]
    assert {entry.audit["restriction"] for entry in told} == {str(row.id)}
    assert told[-1].audit["reason"] == WHY
    assert told[1].audit["outcome"] == "upheld"


def test_a_row_that_is_not_what_was_placed_closes_everything() -> None:
    with cast.at_st_mary():
        made, now = restricted(), datetime.now(UTC)
        Row.objects.create(
            tenant_id=cast.ST_MARY,
            person=cast.PATIENT,
            terms=made.to_json(),
            cedar="",
            code_hash=code_of(restricted(categories=["visits"])).hash,
            reason=b"",
            placed_at=now,
            placed_by=cast.PRIVACY_OFFICER,
        )
        assert reads(**HERSELF).code == "engine-error"


def test_who_could_see_knows_of_it() -> None:
    def categories() -> set[str]:
        found = services.who_could_see(person=cast.PATIENT, resources=[cast.record()])
        return {sight.category for sight in found if sight.onlooker.kind == "practitioner"}

    with cast.at_st_mary():
        granted()
        before = categories()
        placed(basis="objection")
        assert (before, categories()) == ({"lab-results"}, set())


def lived() -> None:
    """Decisions before, under and after a restriction, in each layer that it stands before."""
    with cast.at_st_mary():
        granted()
        accessed(**HERSELF)
        row = placed()
        other = placed(basis="accuracy-contested", categories=["visits"])
        decisions = accessed(cast.record(), cast.record("visits"), **HERSELF)
        assert sorted(one.permitted for one in decisions.by_group.values()) == [False, True]
        services.open_emergency(**cast.EMERGENCY)
        assert not accessed(cast.record("visits"), purpose="BTG").any_permitted
        services.lift_restriction(restriction=row.id, actor=cast.PRIVACY_OFFICER)
        services.lift_restriction(restriction=other.id, actor=cast.PRIVACY_OFFICER)
        assert accessed(**HERSELF).any_permitted


@pytest.mark.django_db(transaction=True)
def test_the_log_alone_replays_it(administrator: Any) -> None:
    lived()
    administrator.execute("ALTER TABLE consent_restriction DISABLE TRIGGER USER")
    administrator.execute("DELETE FROM consent_restriction")
    drain()
    found = services.replay(tenant=cast.ST_MARY)
    assert (found.findings, found.same, found.holds) == ([], 4, True)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("law", "kind"),
    [([], "restriction-left-out"), (["0" * 64], "restriction-left-out"), (None, "law-unknown")],
)
def test_a_decision_that_left_it_out_or_made_one_up_is_found(law: list[str] | None, kind: str) -> None:
    with cast.at_st_mary():
        granted()
        row = placed(basis="objection")
        request = cast.asks()
        decisions = services.decide(request=request, resources=[cast.record()])
        code = dict(decisions.inputs["code"])
        code["law"] = [row.code_hash, "0" * 64] if law is None else law
        enter(request, decisions, {**decisions.inputs, "code": code})
    drain()
    assert [one.kind for one in services.replay(tenant=cast.ST_MARY).findings] == [kind]
