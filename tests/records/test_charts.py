"""One person's record at several organisations: as each of them would show it, in as many statements as for one."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

import pytest
from django.db import connection

from consent.grantee import Named
from consent.restriction import Restriction
from consent.services import place_restriction
from ledger.scope import party_scope, tenant_scope
from portal.accounts import selectors as accounts
from portal.accounts.identity import Caller
from portal.accounts.services import create_organisation
from portal.records import services
from portal.records.errors import Denied
from portal.records.services import Chart, Extent
from tests.cast import MRN, PATIENT, SSN, Cast, lab, record_of, store
from tests.statements import statements

RELATIVE = {"kind": "person", "purposes": ("PATRQT",)}


def charts(cast: Cast, caller: Caller, category: str | None = None) -> dict[UUID, Chart]:
    where = accounts.registrations(cast.person)
    found = services.charts(caller=caller.as_oneself(), registrations=where, category=category)
    assert sorted([*(each.tenant for each in found.opened), *found.refused]) == sorted(
        each.tenant_id for each in where
    )
    return {each.tenant: each for each in found.opened}


def shown(chart: Chart) -> list[str]:
    return [f"{section.category} {record.id}" for section in chart.sections for record in section.records]


def newest(cast: Cast, tenant: UUID) -> services.Access:
    return services.who_has_seen(caller=cast.amara, tenant=tenant)[0]


def test_each_shows_what_it_shows_alone_and_enters_it_in_its_own_ledger(cast: Cast) -> None:
    store(cast.practice, lab(PATIENT, "only-there", "1-8", 1, "2026-01-01"))
    for category in (None, "lab-results"):
        for tenant, chart in charts(cast, cast.amara, category).items():
            entry = newest(cast, tenant)
            assert (entry.entry, entry.interaction) == (chart.promise.promise.id, "chart")
            assert sorted({record["category"] for record in entry.resources}) == sorted(
                {section.category for section in chart.sections if section.records} | {"demographics"}
            )
            alone = services.own_record(caller=cast.amara, tenant=tenant, category=category)
            assert shown(chart) == shown(alone) != []
            assert (chart.patient.name, chart.withheld) == ("Amara Lindgren", [])
            assert chart.decision == alone.decision


def test_no_more_is_opened_and_entered_than_was_asked_for(cast: Cast) -> None:
    store(
        cast.practice, *(lab(PATIENT, f"there-{day}", "1-8", 1, f"2030-01-{day:02}") for day in range(1, 6))
    )
    store(
        cast.hospital, *(lab(PATIENT, f"here-{day}", "1-8", 1, f"2030-01-{day:02}") for day in range(10, 13))
    )
    where, extent = accounts.registrations(cast.person), Extent({"lab-results": 2}, latest=4)
    found = services.charts(caller=cast.amara, registrations=where, extent=extent).opened
    there, here = (
        next(each for each in found if each.tenant == place.id) for place in (cast.practice, cast.hospital)
    )
    # Of all of it the four newest, which may be at one place; of lab results the two newest of each place.
    labs = {
        record.id.removeprefix("amara-")
        for each in found
        for section in each.sections
        for record in section.records
    }
    assert {"here-12", "here-11", "here-10", "there-5", "there-4"} <= labs
    assert not {"there-1", "there-2"} & labs
    for chart in (there, here):
        assert len(shown(chart)) == len(newest(cast, chart.tenant).resources) <= 4
        assert next(each for each in chart.sections if each.category == "lab-results").more


def test_three_take_as_many_statements_as_two(cast: Cast) -> None:
    def asked() -> int:
        charts(cast, cast.amara)
        with statements() as sent:
            charts(cast, cast.amara)
        return len(sent)

    two = asked()
    third = create_organisation(slug=f"{cast.hospital.slug}-laboratory", name="Harbour Laboratory")
    store(third, *record_of(PATIENT, "Amara", "Lindgren", mrn=MRN, ssn=SSN))
    assert len(charts(cast, cast.amara)) == 3
    assert asked() == two > 0


def test_a_relative_sees_what_is_shared_at_each_and_a_use_is_counted_where_uses_are(cast: Cast) -> None:
    counted = cast.grant(cast.guardian, "lab-results", uses=3, **RELATIVE)  # type: ignore[arg-type]
    named = Named("instance", f"Observation/{PATIENT}-ldl-1")
    cast.grant(cast.guardian, "lab-results", custodian=cast.practice, records=(named,), **RELATIVE)  # type: ignore[arg-type]
    found = charts(cast, cast.guardian)
    assert shown(found[cast.practice.id]) == [f"lab-results {PATIENT}-ldl-1"]
    assert len(shown(found[cast.hospital.id])) == 3
    for tenant, chart in found.items():
        entry = newest(cast, tenant)
        assert (entry.entry, entry.role, entry.layer) == (chart.promise.promise.id, "guardian", "contract")
    with connection.cursor() as cursor, party_scope(cast.person):
        cursor.execute("SELECT contract_id, total FROM consent_use")
        assert cursor.fetchall() == [(counted.id, 1)], "whose records they are may read how often it was used"
    charts(cast, cast.guardian)
    charts(cast, cast.guardian)
    assert list(charts(cast, cast.guardian)) == [cast.practice.id], "the uses at the hospital are over"


def test_what_all_of_them_refuse_is_entered_at_each(cast: Cast) -> None:
    with pytest.raises(Denied):
        charts(cast, cast.guardian)
    for place in (cast.practice, cast.hospital):
        assert newest(cast, place.id).type == "access.denied"


def test_what_one_of_them_refuses_is_entered_there_and_keeps_nothing_of_the_others(cast: Cast) -> None:
    cast.grant(cast.guardian, "lab-results", **RELATIVE)  # type: ignore[arg-type]
    assert list(charts(cast, cast.guardian)) == [cast.hospital.id]
    assert newest(cast, cast.practice.id).type == "access.denied"
    assert newest(cast, cast.hospital.id).type == "access.permitted"


def test_in_her_own_scope_a_person_finds_what_is_sealed_of_her_and_of_nobody_else(cast: Cast) -> None:
    def versions(party: UUID) -> set[UUID | None]:
        with party_scope(party), connection.cursor() as cursor:
            cursor.execute("SELECT DISTINCT person FROM records_version")
            return {person for (person,) in cursor.fetchall()}

    assert versions(cast.person) == {cast.person}
    assert versions(cast.other) == {cast.other}
    assert versions(cast.doctor.user) == set()


def kept_from_her(cast: Cast, *, categories: Sequence[str] = (), records: Sequence[str] = ()) -> None:
    with tenant_scope(cast.hospital.id):
        place_restriction(
            terms=Restriction(
                custodian=cast.hospital.id,
                person=cast.person,
                basis="endangers-life",
                categories=categories,
                records=records,
            ),
            reason="Her doctor expects her to harm herself.",
            actor=cast.privacy_officer.user,
        )


def own_counts(cast: Cast) -> Counter[str]:
    return sum((Counter(chart.counts) for chart in charts(cast, cast.amara).values()), Counter())


def test_what_the_law_keeps_from_her_is_not_counted_either(cast: Cast) -> None:
    """By its kind or as a single entry: a number that she cannot explain would tell that something is there."""
    before = own_counts(cast)
    assert before["lab-results"] > 2
    single = next(
        record for record in charts(cast, cast.amara, "lab-results")[cast.hospital.id].sections[0].records
    )
    kept_from_her(cast, records=[f"{single.type}/{single.id}"])
    assert before - own_counts(cast) == Counter({"lab-results": 1})
    kept_from_her(cast, categories=["lab-results"])
    left = own_counts(cast)
    assert left["lab-results"] == len(
        charts(cast, cast.amara, "lab-results")[cast.practice.id].sections[0].records
    )
    assert {**left, "lab-results": 0} == {**before, "lab-results": 0}


def test_what_the_law_keeps_from_her_at_one_of_them_stays_closed_there_alone(cast: Cast) -> None:
    kept_from_her(cast, categories=["lab-results"])
    found = charts(cast, cast.amara)
    assert found[cast.hospital.id].withheld == ["lab-results"]
    assert found[cast.practice.id].withheld == []
    assert list(charts(cast, cast.amara, "lab-results")) == [cast.practice.id]
    assert newest(cast, cast.hospital.id).type == "access.denied"
