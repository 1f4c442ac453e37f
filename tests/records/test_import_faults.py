"""What goes wrong in an import: bad resources, bad files, and a process that is killed."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import OperationalError, connection

from ledger.scope import tenant_scope
from portal.accounts.models import Organisation
from portal.records import services, writing
from tests.cast import MRN, PATIENT, bundle, lab, record_of, store
from tests.records.test_import import counts, holds, import_entries, imported, stored

ROOT = Path(__file__).resolve().parent.parent.parent


BAD_ENTRIES: dict[str, tuple[Any, str]] = {
    "an unknown element": (
        {**lab(PATIENT, "bad", "1-8", 1, "2026-01-01"), "colour": "red"},
        "not an element",
    ),
    "no status": (
        {key: value for key, value in lab(PATIENT, "bad", "1-8", 1, "2026-01-01").items() if key != "status"},
        "missing",
    ),
    "an unknown patient": (lab("nobody", "bad", "1-8", 1, "2026-01-01"), "No such patient"),
    "no patient": (
        {"resourceType": "Observation", "id": "bad", "status": "final", "code": {"text": "a"}},
        "about no patient",
    ),
    "a reference to nowhere": (
        {**lab(PATIENT, "bad", "1-8", 1, "2026-01-01"), "encounter": {"reference": "urn:uuid:1"}},
        "leads to an entry",
    ),
    "a condition that fits nothing": (
        {
            **lab(PATIENT, "bad", "1-8", 1, "2026-01-01"),
            "performer": [{"reference": "Practitioner?identifier=a|b"}],
        },
        "fits nothing",
    ),
    "a type that is not kept": (
        {"resourceType": "Basic", "id": "bad", "code": {"text": "a"}},
        "does not keep",
    ),
    "no resource at all": (5, "something else"),
    "nested too deeply": (
        {"resourceType": "Observation", "id": "bad", "note": json.loads('[{"a":' * 70 + "1" + "}]" * 70)},
        "nested deeper",
    ),
}


@pytest.mark.parametrize(("bad", "reason"), BAD_ENTRIES.values(), ids=BAD_ENTRIES.keys())
def test_a_bad_resource_is_reported_by_entry_and_the_others_are_stored(
    hospital: Organisation, bad: Any, reason: str
) -> None:
    good = record_of(PATIENT, "Amara", "Lindgren", mrn=MRN)
    report = imported(hospital, bundle(*good[:3], bad, *good[3:]))
    (failure,) = report.failed
    assert (failure.file, failure.entry) == ("file.json", 3)
    assert reason in failure.reason
    assert report.created == len(good)
    assert holds(hospital)


def test_a_key_twice_or_nan_in_one_entry_stops_only_that_entry(hospital: Organisation) -> None:
    good = bundle(*record_of(PATIENT, "Amara", "Lindgren", mrn=MRN)).decode()
    twice = '{"resource": {"resourceType": "Basic", "id": "a", "id": "b"}}, '
    not_a_number = '{"resource": {"resourceType": "Observation", "valueQuantity": {"value": NaN}}}, '
    report = imported(hospital, good.replace('"entry": [', '"entry": [' + twice + not_a_number, 1).encode())
    assert [(failure.entry, failure.reason.split(".")[0]) for failure in report.failed] == [
        (0, "The JSON names a key twice in one object"),
        (1, "NaN is not a JSON number"),
    ]
    assert report.created == 9


def test_an_id_of_another_patient_is_refused(hospital: Organisation) -> None:
    store(hospital, *record_of(PATIENT, "Amara", "Lindgren", mrn=MRN))
    thief = {**lab("ben", "x", "1-8", 1, "2026-01-01"), "id": f"{PATIENT}-hba1c-1"}
    report = imported(hospital, bundle(record_of("ben", "Ben", "Okri", mrn="2")[0], thief))
    assert [failure.reason for failure in report.failed] == ["has the id of another patient's record"]


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"\xff", b"{", b'{"resourceType": "Bundle", "type": "message"}']
)
def test_a_file_that_is_no_bundle_is_reported(hospital: Organisation, content: bytes) -> None:
    report = imported(hospital, content)
    assert len(report.failed) == 1
    assert counts(hospital) == (0, 0)


@pytest.mark.parametrize("code", ["x" * 300, "HIV,PSY", "two words"])
def test_a_label_that_is_none_stops_nothing_and_is_the_strictest(hospital: Organisation, code: str) -> None:
    record = record_of(PATIENT, "Amara", "Lindgren", mrn=MRN)
    record[5]["meta"] = {"security": [{"system": "urn:ours", "code": code}]}
    report = imported(hospital, bundle(*record))
    assert (report.created, report.failed) == (len(record), [])
    assert stored(hospital, "Condition", record[5]["id"])["labels"] == ("V",)
    assert holds(hospital)


@pytest.fixture
def picky(hospital: Organisation, administrator: Any) -> Iterator[None]:
    """A database that refuses a value of two resources, as it would refuse one that does not fit its column."""
    administrator.execute(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF NEW.fhir_id IN ('amara-ldl-1', 'amara-metformin') THEN "
        "RAISE 'value too long' USING ERRCODE = '22001'; END IF; RETURN NEW; END $$"
    )
    administrator.execute(
        "CREATE TRIGGER refuse BEFORE INSERT ON records_version FOR EACH ROW EXECUTE FUNCTION refuse()"
    )
    yield
    administrator.execute("DROP FUNCTION refuse CASCADE")


@pytest.mark.usefixtures("picky")
def test_a_value_that_the_database_refuses_is_reported_and_the_others_are_stored(
    hospital: Organisation,
) -> None:
    record = record_of(PATIENT, "Amara", "Lindgren", mrn=MRN)
    report = imported(hospital, bundle(*record))
    assert [(failure.entry, failure.name) for failure in report.failed] == [
        (3, "Observation/amara-ldl-1"),
        (7, "MedicationRequest/amara-metformin"),
    ]
    assert all("the database refuses" in failure.reason for failure in report.failed)
    assert (report.created, report.unchanged, report.total) == (7, 0, 9)
    assert counts(hospital) == (7, 7)
    assert holds(hospital)


def test_an_import_that_is_killed_loses_and_doubles_nothing(
    hospital: Organisation, tmp_path: Path, database_name: str
) -> None:
    people = [record_of(f"p{number}", "Ann", f"No{number}", mrn=str(number)) for number in range(150)]
    for number, record in enumerate(people):
        (tmp_path / f"{number:03}.json").write_bytes(bundle(*record))
    killed = 0
    for stored_before in (1, 300, 700):
        killed += _import_and_kill(hospital, tmp_path, database_name, stored_before)
    assert killed  # otherwise this tested nothing
    assert holds(hospital)
    rest = services.import_bundles(tenant=hospital.id, paths=[tmp_path])
    assert not rest.failed
    assert counts(hospital) == (150 * 9, 150 * 9)
    named = [
        (one["type"], one["id"], one["version"])
        for entry in import_entries(hospital)
        for one in entry["resources"]
    ]
    assert len(named) == len(set(named)) == 150 * 9
    assert holds(hospital)


def _import_and_kill(place: Organisation, folder: Path, database: str, enough: int) -> bool:
    """Run the command in a process and SIGKILL it once `enough` versions are stored."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "ASSENT_TEST_DATABASE": database}
    command = [sys.executable, "manage.py", "import_fhir", "--tenant", place.slug, str(folder)]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as run:
        while run.poll() is None and counts(place)[1] < enough:
            time.sleep(0.002)
        run.send_signal(signal.SIGKILL)
        run.wait()
    return run.returncode == -signal.SIGKILL


@pytest.mark.parametrize("name", ["malformed"])
def test_no_malformed_example_breaks_the_import(hospital: Organisation, test_data: Path, name: str) -> None:
    report = services.import_bundles(tenant=hospital.id, paths=[test_data / name])
    assert report.failed
    assert all(failure.reason for failure in report.failed)
    assert holds(hospital)


def test_a_connection_that_is_lost_while_writing_is_the_databases_error(
    hospital: Organisation, administrator: Any
) -> None:
    """Whatever cursor writes: a face answers that by "unavailable"."""
    with pytest.raises(OperationalError), tenant_scope(hospital.id):
        administrator.execute(
            "SELECT pg_terminate_backend(%s, 5000)", [connection.connection.info.backend_pid]
        )
        writing.add(uuid4(), uuid4(), [])
