"""What decisions may know of a record: category, labels, patient, author, date."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.errors import UnknownCategory
from consent.vocabulary import CATEGORIES, SENSITIVITIES
from portal.records import categories, dates
from portal.records.kinds import CLINICAL, DIRECTORY, KINDS
from portal.records.labels import labels_of
from tests.cast import condition, lab

ACT = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
LEVEL = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"


def test_every_category_of_a_type_is_one_that_people_know() -> None:
    assert {category for name in CLINICAL for category in KINDS[name].categories} == set(CATEGORIES)
    assert all(KINDS[name].category == "" and not KINDS[name].by_code for name in DIRECTORY)


@pytest.mark.parametrize(
    ("code", "category"),
    [
        ("laboratory", "lab-results"),
        ("vital-signs", "vital-signs"),
        ("social-history", "social-history"),
        ("survey", "social-history"),
        ("imaging", "procedures"),
        ("exam", "visits"),
        ("unheard-of", "visits"),
    ],
)
def test_an_observation_falls_in_the_category_that_its_code_says(code: str, category: str) -> None:
    assert categories.category_of(lab("amara", "a", "1-8", 1, "2026-01-01", category=code)) == category


@pytest.mark.parametrize(
    ("kind", "asked", "category"),
    [
        ("Observation", "laboratory", "lab-results"),
        (
            "Observation",
            "http://terminology.hl7.org/CodeSystem/observation-category|laboratory",
            "lab-results",
        ),
        ("Observation", "Lab results", "lab-results"),
        ("Observation", "survey", "social-history"),
        ("Condition", "encounter-diagnosis", "conditions"),
        ("Condition", "problem-list-item", "conditions"),
        ("DiagnosticReport", "LAB", "lab-results"),
    ],
)
def test_a_search_names_a_category_in_our_words_or_in_those_of_fhir(
    kind: str, asked: str, category: str
) -> None:
    ours = categories.ours(kind, asked)
    assert (frozenset({ours}) if ours else categories.narrowed(kind, asked)) == {category}


def test_a_category_that_nobody_knows_is_refused() -> None:
    with pytest.raises(UnknownCategory):
        categories.narrowed("Observation", "nonsense")


@pytest.mark.parametrize(
    ("system", "code", "label"),
    [
        ("http://snomed.info/sct", "370143000", "PSY"),
        ("http://snomed.info/sct", "86406008", "HIV"),
        ("http://snomed.info/sct", "7200002", "ETHUD"),
        ("http://snomed.info/sct", "5602001", "OPIOIDUD"),
        ("http://snomed.info/sct", "44054006", ""),
        ("http://hl7.org/fhir/sid/icd-10-cm", "F32.1", "PSY"),
        ("http://hl7.org/fhir/sid/icd-10-cm", "F10.20", "ETHUD"),
        ("http://hl7.org/fhir/sid/icd-10-cm", "F52.0", "SEX"),
        ("http://hl7.org/fhir/sid/icd-10-cm", "E11.9", ""),
        ("http://hl7.org/fhir/sid/icd-10-cm", "F", ""),
        ("http://somewhere.example", "F32.1", ""),
    ],
)
def test_a_sensitive_code_labels_the_record(system: str, code: str, label: str) -> None:
    coded = {**condition("amara", "a", "1"), "code": {"coding": [{"system": system, "code": code}]}}
    assert labels_of(coded) == ({label} if label else set())


def test_a_code_anywhere_in_the_record_counts() -> None:
    component = {"code": {"coding": [{"system": "http://loinc.org", "code": "44261-6"}]}}
    assert labels_of({**lab("amara", "a", "1-8", 1, "2026-01-01"), "component": [component]}) == {"PSY"}


def test_what_the_source_says_counts_and_normal_is_no_label() -> None:
    def stated(*security: tuple[str, str]) -> frozenset[str]:
        codings = [{"system": system, "code": code} for system, code in security]
        return labels_of(condition("amara", "a", "1", meta={"security": codings}))

    assert stated((ACT, "SDV"), (LEVEL, "R")) == {"SDV", "R"}
    assert stated((LEVEL, "N"), (LEVEL, "L")) == set()
    assert stated((ACT, "NEW")) == {"NEW"}  # the consent floor treats an unknown label as the strictest


REASON = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
VALUE = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue"


@pytest.mark.parametrize(
    ("system", "code", "labels"),
    [
        ("http://somewhere.example", "HIV", {"HIV"}),
        (None, "R", {"R"}),
        ("http://hl7.org/fhir/v3/Confidentiality", "V", {"V"}),
        (None, "N", set()),
        ("urn:ours", "L", set()),
        ("urn:ours", "secret", {"secret"}),
        (None, "WARD-3_only", {"WARD-3_only"}),
        ("urn:ours", "a" * 21, {"V"}),
        ("urn:ours", "HIV,PSY", {"V"}),
        ("urn:ours", "only for Dr A", {"V"}),
        ("urn:ours", "secret\n", {"V"}),
        ("urn:ours", None, {"V"}),
        (ACT, "x" * 300, {"V"}),
        (REASON, "HTEST", set()),
        (REASON, "HIV", {"HIV"}),
        (VALUE, "HRELIABLE", set()),
    ],
)
def test_a_restriction_counts_whatever_system_it_is_said_in(
    system: str | None, code: str | None, labels: set[str]
) -> None:
    said = {name: value for name, value in (("system", system), ("code", code)) if value is not None}
    assert labels_of(condition("amara", "a", "1", meta={"security": [said]})) == labels


def test_a_tag_is_no_label() -> None:
    tags = [{"system": REASON, "code": "HTEST"}, {"system": "urn:ours", "code": "to-do"}]
    assert labels_of(condition("amara", "a", "1", meta={"tag": tags})) == set()


def test_every_label_of_the_table_is_one_that_contracts_can_name() -> None:
    from portal.records.labels import _CODES, _ICD10_PREFIXES

    assert {label for by_label in _CODES.values() for label in by_label} <= set(SENSITIVITIES)
    assert set(_ICD10_PREFIXES.values()) <= set(SENSITIVITIES)


def test_patient_author_and_date_are_found_where_the_type_has_them() -> None:
    report: dict[str, Any] = {
        "resourceType": "Encounter",
        "subject": {"reference": "Patient/amara"},
        "participant": [{"type": [{"text": "a"}]}, {"individual": {"reference": "Practitioner/okafor"}}],
        "period": {"start": "2026-11-02T03:18:00+01:00", "end": "2026-11-02"},
    }
    assert categories.patient_of(report) == "Patient/amara"
    assert categories.author_of(report) == "Practitioner/okafor"
    assert categories.span_of(report) == (
        datetime(2026, 11, 2, 2, 18, tzinfo=UTC),
        datetime(2026, 11, 3, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2026", "2026-01-01T00:00:00", "2027-01-01T00:00:00"),
        ("2026-12", "2026-12-01T00:00:00", "2027-01-01T00:00:00"),
        ("2024-02-29", "2024-02-29T00:00:00", "2024-03-01T00:00:00"),
        ("2026-11-16T09:00:00Z", "2026-11-16T09:00:00", "2026-11-16T09:00:01"),
        ("2026-11-16T09:00:00.250+01:00", "2026-11-16T08:00:00.250000", "2026-11-16T08:00:00.251000"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00", "2017-01-01T00:00:01"),
    ],
)
def test_a_date_names_the_span_of_its_precision(text: str, start: str, end: str) -> None:
    assert [part.isoformat() for part in dates.span(text)] == [f"{start}+00:00", f"{end}+00:00"]


@given(st.text(max_size=40))
def test_any_text_is_a_date_or_a_value_error(text: str) -> None:
    try:
        found = dates.span(text)
    except (ValueError, OverflowError):
        return
    assert found.start < found.end


@given(st.datetimes(timezones=st.just(UTC)))
def test_every_instant_lies_in_its_own_span(moment: datetime) -> None:
    found = dates.span(moment.isoformat(timespec="microseconds"))
    assert found.start <= moment <= found.end
