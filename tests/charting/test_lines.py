"""Records as lines: what a reader sees of each kind of resource."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from portal.charting.concepts import day, name, unit, words
from portal.charting.lines import line
from portal.charting.measurements import series
from portal.records.kinds import CLINICAL


def concept(text: str) -> dict[str, Any]:
    return {"coding": [{"system": "http://snomed.info/sct", "code": "1", "display": text}]}


def test_a_condition_says_its_name_without_the_terminologys_noise() -> None:
    shown = line(
        {"resourceType": "Condition", "code": concept("Asthma (disorder)"), "onsetDateTime": "2020-01-02"}
    )
    assert (shown.title, shown.day, shown.flag) == ("Asthma", date(2020, 1, 2), "")


def test_a_condition_that_is_over_says_so() -> None:
    shown = line({"resourceType": "Condition", "code": concept("Cold"), "abatementDateTime": "2020-01-09"})
    assert shown.flag == "Over"


def test_a_medicine_says_how_it_is_taken_and_whether_it_was_stopped() -> None:
    shown = line(
        {
            "resourceType": "MedicationRequest",
            "status": "stopped",
            "medicationCodeableConcept": {"text": "Metformin 500 mg"},
            "dosageInstruction": [{"text": "One tablet in the morning"}],
            "authoredOn": "2023-03-02",
        }
    )
    assert (shown.title, shown.detail, shown.flag) == (
        "Metformin 500 mg",
        "One tablet in the morning",
        "Stopped",
    )


@pytest.mark.parametrize(
    "severe",
    [{"criticality": "high"}, {"reaction": [{"severity": "severe", "manifestation": [concept("Rash")]}]}],
)
def test_a_dangerous_allergy_is_an_alarm(severe: dict[str, Any]) -> None:
    shown = line({"resourceType": "AllergyIntolerance", "code": concept("Penicillin"), **severe})
    assert (shown.flag, shown.tone) == ("Severe", "alarm")


def test_a_measurement_out_of_range_is_flagged() -> None:
    shown = line(
        {
            "resourceType": "Observation",
            "code": concept("Potassium"),
            "valueQuantity": {"value": 6.1, "unit": "mmol/L"},
            "referenceRange": [{"high": {"value": 5.1}}],
        }
    )
    assert (shown.value, shown.unit, shown.flag) == ("6.1", "mmol/L", "High")


def test_a_value_that_is_no_plain_number_is_shown_as_it_was_written() -> None:
    below = {
        "resourceType": "Observation",
        "valueQuantity": {"comparator": "<", "value": 5, "unit": "mmol/L"},
    }
    assert line(below).detail == "< 5 mmol/L"
    panel = {"code": {"text": "Nitrite"}, "valueCodeableConcept": {"text": "negative"}}
    assert line({"resourceType": "Observation", "component": [panel]}).detail == "Nitrite negative"


def test_no_real_record_is_without_a_title(test_data: Path) -> None:
    for path in sorted((test_data / "synthea").glob("*.json"))[:4]:
        resources = [entry["resource"] for entry in json.loads(path.read_bytes())["entry"]]
        clinical = [resource for resource in resources if resource["resourceType"] in CLINICAL]
        assert all(line(resource).title for resource in clinical)
        found, others = series(clinical)
        assert sum(len(each.readings) for each in found) + len(others) == len(clinical)
        assert found


@pytest.mark.parametrize("kind", sorted(CLINICAL))
def test_a_resource_with_nothing_in_it_still_has_a_title(kind: str) -> None:
    assert line({"resourceType": kind}).title


@pytest.mark.parametrize("kind", sorted(CLINICAL))
def test_a_resource_with_a_code_alone_is_called_by_something(kind: str) -> None:
    coded = {"resourceType": kind, "code": {"coding": [{"code": "42"}]}, "status": "active"}
    assert line(coded).title


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2020-01-02", date(2020, 1, 2)),
        ("2020-01-02T23:30:00-05:00", date(2020, 1, 2)),
        ("2020-01", None),
        ("2020", None),
        ("2020-02-31", None),
        ("", None),
        (None, None),
        ({"start": "2020-01-02T10:00:00Z"}, date(2020, 1, 2)),
        ({"end": "2020-01-03"}, date(2020, 1, 3)),
    ],
)
def test_a_day_is_said_only_where_it_is_known(written: object, read: date | None) -> None:
    assert day(written) == read


def test_the_name_in_use_comes_before_the_old_one() -> None:
    names = [
        {"use": "maiden", "family": "Berg"},
        {"use": "official", "family": "Lindgren", "given": ["Amara", "I."]},
    ]
    assert name({"name": names}) == ("Lindgren", "Amara I.")


@pytest.mark.parametrize(
    ("ucum", "shown"),
    [
        ("mL/min/{1.73_m2}", "mL/min/1.73 m²"),
        ("kg/m2", "kg/m²"),
        ("{score}", "score"),
        ("mmol/L", "mmol/L"),
        ("umol/L", "µmol/L"),
        ("mm[Hg]", "mmHg"),
        ("10*3/uL", "10³/µL"),
        ("", ""),
    ],
)
def test_units_are_written_as_people_write_them(ucum: str, shown: str) -> None:
    assert unit(ucum) == shown


def test_words_prefer_what_the_writer_wrote() -> None:
    assert words({"text": "Sugar", **concept("Glucose (substance)")}) == "Sugar"
    assert words(None) == ""


@pytest.mark.parametrize(
    ("long", "plain"),
    [
        ("Platelets [#/volume] in Blood by Automated count", "Platelets in Blood"),
        ("Oxygen saturation in Arterial blood by Pulse oximetry", "Oxygen saturation in Arterial blood"),
        ("Body Mass Index", "Body Mass Index"),
        ("Discharge letter by Dr Ames", "Discharge letter by Dr Ames"),
    ],
)
def test_a_long_name_of_loinc_is_said_without_property_and_method(long: str, plain: str) -> None:
    assert words({"coding": [{"system": "http://loinc.org", "code": "1", "display": long}]}) == plain
    assert words(concept(long)) == long, "other terminologies mean what they write"


def test_a_line_begins_as_a_sentence_does() -> None:
    assert line({"resourceType": "Immunization", "vaccineCode": concept("varicella")}).title == "Varicella"
    assert line({"resourceType": "Observation", "code": concept("pH of urine")}).title == "pH of urine"


def test_a_bill_says_what_it_is_and_the_money_to_the_cent() -> None:
    total = {"value": 2092.2, "currency": "USD"}
    shown = line({"resourceType": "Claim", "type": {"text": "institutional"}, "total": total})
    assert (shown.title, shown.detail, shown.value, shown.unit) == (
        "Claim",
        "Institutional",
        "2,092.20",
        "USD",
    )


def test_personal_details_say_what_they_are() -> None:
    shown = line(
        {
            "resourceType": "Patient",
            "name": [{"family": "Lindgren", "given": ["Amara"]}],
            "birthDate": "1979-04-12",
            "gender": "female",
            "address": [{"line": ["3 Mill Lane"], "city": "Harbour", "postalCode": "H4 2"}],
            "telecom": [{"system": "phone", "value": "555 0134"}],
        }
    )
    said = "Born 12\xa0April 1979. Female. 3 Mill Lane, Harbour, H4 2. 555 0134"
    assert (shown.title, shown.detail) == ("Amara Lindgren", said)
