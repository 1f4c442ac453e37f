"""Measurements of the same thing, brought together."""

from datetime import date
from typing import Any

from portal.charting.measurements import reading_of, series


def observation(code: str, value: float, day: str, *, unit: str = "mmol/L", **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "code": {"coding": [{"system": "http://loinc.org", "code": code}], "text": f"Test {code}"},
        "effectiveDateTime": f"{day}T09:00:00Z",
        "valueQuantity": {"value": value, "unit": unit},
        **more,
    }


def pressure(high: float, low: float, day: str) -> dict[str, Any]:
    parts = [("Systolic", high), ("Diastolic", low)]
    return {
        "resourceType": "Observation",
        "code": {"text": "Blood pressure"},
        "effectiveDateTime": day,
        "component": [
            {"code": {"text": name}, "valueQuantity": {"value": value, "unit": "mmHg"}}
            for name, value in parts
        ],
    }


def test_the_same_test_is_one_row_with_its_history_oldest_first() -> None:
    found, others = series([observation("1", 5.0, "2026-02-01"), observation("1", 4.0, "2025-02-01")])
    (one,) = found
    row = one.measured()
    assert (row.value, row.day, list(row.history)) == ("5", date(2026, 2, 1), [4.0, 5.0])
    assert others == []


def test_values_in_another_unit_are_not_put_on_one_line() -> None:
    found, _ = series(
        [observation("1", 5.0, "2026-02-01"), observation("1", 90.0, "2025-02-01", unit="mg/dL")]
    )
    assert len(found) == 2


def test_what_was_measured_last_comes_first() -> None:
    found, _ = series([observation("a", 1, "2025-01-01"), observation("b", 1, "2026-01-01")])
    assert [each.name for each in found] == ["Test b", "Test a"]


def test_blood_pressure_is_one_measurement_with_two_lines() -> None:
    found, _ = series([pressure(128, 80, "2026-01-01"), pressure(142, 91, "2025-01-01")])
    (one,) = found
    assert one.latest.shown == "128/80"
    assert [each.name for each in one.chart().lines] == ["Systolic", "Diastolic"]
    assert [row.value for row in one.rows()] == ["128/80", "142/91"]


def test_the_laboratorys_word_counts_before_the_range() -> None:
    normal = observation("1", 9.0, "2026-01-01", referenceRange=[{"high": {"value": 5}}])
    assert series([normal])[0][0].latest.flag == "High"
    said = {**normal, "interpretation": [{"coding": [{"code": "N"}]}]}
    assert series([said])[0][0].latest.flag == ""
    low = {**normal, "interpretation": [{"coding": [{"code": "LL"}]}]}
    assert series([low])[0][0].latest.flag == "Low"


def test_what_is_not_a_number_on_a_known_day_is_no_measurement() -> None:
    words = {**observation("1", 1, "2026-01-01"), "valueQuantity": None, "valueString": "negative"}
    undated = {**observation("1", 1, "2026-01-01"), "effectiveDateTime": "2026"}
    below = {**observation("1", 1, "2026-01-01"), "valueQuantity": {"value": 1, "comparator": "<"}}
    panel = {**pressure(1, 2, "2026-01-01"), "component": [{"code": {"text": "x"}, "valueString": "y"}]}
    report = {"resourceType": "DiagnosticReport", "effectiveDateTime": "2026-01-01"}
    for resource in (words, undated, below, panel, report):
        assert reading_of(resource) is None
        assert series([resource]) == ([], [resource])
