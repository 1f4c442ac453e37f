"""Importing files of one resource a line: what is bad by file, line and reason, what was there already left alone."""

import json
from pathlib import Path

import pytest

from portal.accounts.models import Organisation
from portal.records import ndjson
from portal.records.importing import Report, files_of, import_bundles
from tests.cast import PATIENT, lab, record_of

PERSON, *OTHERS = record_of(PATIENT, "Amara", "Lindgren", mrn="SM-1")


def write(folder: Path, name: str, *lines: object) -> Path:
    file = folder / name
    file.write_text("".join(f"{one if isinstance(one, str) else json.dumps(one)}\n" for one in lines))
    return file


def imported(place: Organisation, *paths: Path) -> Report:
    return import_bundles(tenant=place.id, paths=paths)


def test_what_a_bulk_export_wrote_is_read_with_the_patients_first(
    hospital: Organisation, tmp_path: Path
) -> None:
    write(tmp_path, "Observation.ndjson", *[one for one in OTHERS if one["resourceType"] == "Observation"])
    write(tmp_path, "Patient.ndjson", PERSON)
    write(tmp_path, "Organization.ndjson", {"resourceType": "Organization", "id": "o", "name": "Ward"})
    assert [file.stem for file in files_of([tmp_path])] == ["Organization", "Patient", "Observation"]
    report = imported(hospital, tmp_path)
    assert (report.created, report.failed) == (6, [])
    again = imported(hospital, tmp_path)
    assert (again.created, again.unchanged) == (0, 6)


def test_a_bad_line_is_named_and_stops_nothing(hospital: Organisation, tmp_path: Path) -> None:
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": []}
    good = lab(PATIENT, "good", "1-8", 1, "2026-01-01")
    file = write(tmp_path, "mixed.ndjson", PERSON, "{broken", "", bundle, good, {**good, "id": "x", "y": 1})
    report = imported(hospital, file)
    assert report.created == 2
    assert [failure.entry for failure in report.failed] == [2, 4, 6]
    assert "mixed.ndjson, line 2" in str(report.failed[0])
    assert "Observation.y" in str(report.failed[2])


def test_a_line_that_is_too_long_is_one_failure(
    hospital: Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ndjson, "MAX_RESOURCE", 1000)
    long = {**PERSON, "id": "long", "text": {"status": "empty", "div": "x" * 5000}}
    file = write(tmp_path, "long.ndjson", PERSON, long, lab(PATIENT, "after", "1-8", 1, "2026-01-01"))
    report = imported(hospital, file)
    assert report.created == 2
    assert [(failure.entry, failure.reason) for failure in report.failed] == [(2, "is larger than 0 KiB")]


def test_it_is_read_a_batch_at_a_time_and_an_interrupted_one_is_completed(
    hospital: Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ndjson, "LINES", 3)
    file = write(tmp_path, "all.ndjson", PERSON, *OTHERS)

    def interrupted(done: int, files: int, report: Report) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_bundles(tenant=hospital.id, paths=[file], progress=interrupted)
    report = imported(hospital, file)
    assert (report.unchanged, report.created) == (3, len(OTHERS) - 2)
