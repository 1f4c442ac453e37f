"""A whole record by category, the counts before a contract is signed, and the history of who has looked."""

import pytest

from consent.errors import UnknownCategory
from consent.vocabulary import CATEGORIES
from ledger import selectors as ledger
from ledger.scope import tenant_scope
from portal.accounts.errors import UnknownPerson
from portal.records import services
from portal.records.errors import Denied, NotYourRecord
from tests.cast import BORN, MRN, PATIENT, Cast, lab, store


def shown(chart: services.Chart) -> dict[str, list[str]]:
    names = {section.category: [record.id for record in section.records] for section in chart.sections}
    return {
        category: [name.removeprefix(f"{PATIENT}-") for name in ids] for category, ids in names.items() if ids
    }


def test_a_patient_sees_all_of_her_record(cast: Cast) -> None:
    chart = services.own_record(caller=cast.amara, tenant=cast.hospital.id)
    assert shown(chart) == {
        "demographics": [PATIENT],
        "conditions": ["low-mood", "diabetes"],
        "medicines": ["metformin"],
        "allergies": ["penicillin"],
        "lab-results": ["ldl-1", "hba1c-2", "hba1c-1"],
        "vital-signs": ["weight-1"],
    }
    assert [section.category for section in chart.sections] == list(CATEGORIES)
    assert chart.withheld == []
    assert chart.patient.name == "Amara Lindgren"


def test_she_sees_it_at_each_organisation_apart(cast: Cast) -> None:
    store(cast.practice, lab(PATIENT, "only-there", "1-8", 1, "2026-01-01"))
    here = services.own_record(caller=cast.amara, tenant=cast.hospital.id, category="lab-results")
    there = services.own_record(caller=cast.amara, tenant=cast.practice.id, category="lab-results")
    assert "only-there" in shown(there)["lab-results"]
    assert "only-there" not in shown(here)["lab-results"]


def test_an_account_without_a_patient_has_no_record_of_its_own(cast: Cast) -> None:
    with pytest.raises(UnknownPerson):
        services.own_record(caller=cast.doctor, tenant=cast.hospital.id)


def test_a_doctor_sees_the_shared_categories_and_that_the_others_are_closed(cast: Cast) -> None:
    cast.grant(cast.doctor, "lab-results", "conditions", "immunisations")
    chart = services.chart(caller=cast.doctor, tenant=cast.hospital.id, person=cast.person)
    assert shown(chart) == {"conditions": ["diabetes"], "lab-results": ["ldl-1", "hba1c-2", "hba1c-1"]}
    assert set(chart.withheld) == set(CATEGORIES) - {"lab-results", "conditions", "immunisations"}


def test_a_chart_names_the_patient_only_if_her_demographics_are_shared(cast: Cast) -> None:
    def opened(category: str | None = None) -> tuple[services.Patient, list[str]]:
        chart = services.chart(
            caller=cast.doctor, tenant=cast.hospital.id, person=cast.person, category=category
        )
        (entry, *_) = services.who_has_seen(caller=cast.amara, tenant=cast.hospital.id)
        assert entry.entry == chart.promise.promise.id
        return chart.patient, [one["type"] for one in entry.resources]

    cast.grant(cast.doctor, "medicines")
    for category in ("medicines", None):
        patient, listed = opened(category)
        assert (patient.name, patient.birth_date, patient.gender, patient.mrn) == ("", None, "", MRN)
        assert listed == ["MedicationRequest"]
    cast.grant(cast.doctor, "demographics")
    for category in ("medicines", None):
        patient, listed = opened(category)
        assert (patient.name, str(patient.birth_date), patient.mrn) == ("Amara Lindgren", BORN, MRN)
        assert sorted(listed) == ["MedicationRequest", "Patient"]
    with pytest.raises(Denied):
        opened("conditions")
    (denied, *_) = services.who_has_seen(caller=cast.amara, tenant=cast.hospital.id)
    assert (denied.decision, denied.resources) == ("denied", [])


def test_a_doctor_without_a_contract_sees_nothing_and_is_in_the_ledger(cast: Cast) -> None:
    for category in (None, "lab-results", "documents"):
        with pytest.raises(Denied) as caught:
            services.chart(
                caller=cast.outsider, tenant=cast.hospital.id, person=cast.person, category=category
            )
        with tenant_scope(cast.hospital.id):
            entry = ledger.entry(caught.value.promise.promise.id)
        assert (entry.type, entry.audit["resources"]) == ("access.denied", [])


def test_a_chart_is_one_entry_with_everything_that_it_showed(cast: Cast) -> None:
    cast.grant(cast.doctor, "lab-results")
    chart = services.chart(caller=cast.doctor, tenant=cast.hospital.id, person=cast.person)
    (access,) = services.who_has_seen(caller=cast.amara, tenant=cast.hospital.id)
    assert access.entry == chart.promise.promise.id
    assert sorted(one["id"] for one in access.resources) == sorted(
        record.id for section in chart.sections for record in section.records
    )


def test_one_category_can_be_asked_for_alone(cast: Cast) -> None:
    cast.grant(cast.doctor, "lab-results")
    chart = services.chart(
        caller=cast.doctor, tenant=cast.hospital.id, person=cast.person, category="laboratory"
    )
    assert [section.category for section in chart.sections] == ["lab-results"]
    with pytest.raises(Denied):
        services.chart(caller=cast.doctor, tenant=cast.hospital.id, person=cast.person, category="conditions")
    with pytest.raises(UnknownCategory):
        services.chart(caller=cast.doctor, tenant=cast.hospital.id, person=cast.person, category="nonsense")


def test_a_person_who_is_not_a_patient_there_is_unknown(cast: Cast) -> None:
    with pytest.raises(UnknownPerson):
        services.chart(caller=cast.doctor, tenant=cast.practice.id, person=cast.other)


def test_a_long_category_is_cut_at_its_newest_and_says_so(cast: Cast) -> None:
    results = [lab(PATIENT, f"n{number:03}", "1-8", number, "2026-12-01") for number in range(210)]
    store(cast.hospital, *results)
    chart = services.own_record(caller=cast.amara, tenant=cast.hospital.id)
    section = next(section for section in chart.sections if section.category == "lab-results")
    assert (len(section.records), section.more) == (200, True)
    assert section.records[0].id.startswith(f"{PATIENT}-n")


def test_the_counts_before_signing_tell_what_bears_a_mark(cast: Cast) -> None:
    counts = {
        count.category: (count.ordinary, count.sensitive, count.marked)
        for count in services.preview(caller=cast.amara, tenant=cast.hospital.id, person=cast.person)
    }
    assert counts["conditions"] == (1, 1, {"PSY": 1})
    assert counts["lab-results"] == (3, 0, {})
    assert counts["documents"] == (0, 0, {})


def test_somebody_else_learns_nothing_from_the_counts(cast: Cast) -> None:
    counts = services.preview(caller=cast.doctor, tenant=cast.hospital.id, person=cast.person)
    assert all(count.total == 0 for count in counts)


def test_the_history_tells_who_looked_and_who_tried_to(cast: Cast) -> None:
    cast.grant(cast.doctor, "lab-results")
    services.chart(caller=cast.doctor, tenant=cast.hospital.id, person=cast.person)
    with pytest.raises(Denied):
        services.chart(caller=cast.outsider, tenant=cast.hospital.id, person=cast.person)
    tried, looked = services.who_has_seen(caller=cast.amara, tenant=cast.hospital.id)
    assert (looked.name, looked.title, looked.organisation_name) == (
        "Dr Jonas Okafor",
        "Diabetes doctor",
        "St Mary Hospital",
    )
    assert (looked.decision, looked.layer, looked.purpose, looked.readable) == (
        "permitted",
        "contract",
        "TREAT",
        True,
    )
    assert (tried.name, tried.decision, tried.layer) == ("Dr Ole Fremd", "denied", "base")


def test_the_history_is_for_the_person_and_her_guardian(cast: Cast) -> None:
    def history(caller: object) -> object:
        return services.who_has_seen(caller=caller, tenant=cast.hospital.id, person=cast.person)  # type: ignore[arg-type]

    cast.grant(cast.doctor, "lab-results")
    for caller in (cast.doctor, cast.outsider, cast.guardian, cast.administrator, cast.auditor):
        with pytest.raises(NotYourRecord):
            history(caller)
    cast.grant(cast.guardian, "lab-results", kind="person", purposes=("PATRQT",))
    assert history(cast.guardian) == []
