"""Importing bundles: all that is good, once; what is bad by file, entry and reason; and never half of anything."""

import json
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from ledger import selectors as ledger
from ledger.scope import tenant_scope
from portal.accounts import selectors
from portal.accounts.models import Organisation
from portal.accounts.services import create_organisation
from portal.records import services
from portal.records.verifying import verify_records
from tests.cast import MRN, PATIENT, SNOMED, Cast, bundle, condition, lab, record_of, store

ROOT = Path(__file__).resolve().parent.parent.parent


def imported(place: Organisation, content: bytes) -> services.Report:
    return services.import_content(tenant=place.id, content=content, source="file.json")


def counts(place: Organisation) -> tuple[int, int]:
    """(records, versions) that are stored."""
    with tenant_scope(place.id), connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM records_resource), (SELECT count(*) FROM records_version)"
        )
        records, versions = cursor.fetchone()
    return records, versions


def stored(place: Organisation, kind: str, key: str) -> dict[str, Any]:
    """The content of a record, opened past the gate."""
    from portal.records import storage
    from portal.records.opening import open_rows

    with tenant_scope(place.id):
        row = storage.read(kind, key)
        assert row is not None
        record = open_rows(place.id, [row[0]]).records[0]
    return {
        "text": record.content.decode(),
        "resource": record.resource,
        "labels": record.labels,
        "row": row[0],
    }


def import_entries(place: Organisation) -> list[dict[str, Any]]:
    """The audit part of every `record.imported` entry that the ledger has accepted."""
    with tenant_scope(place.id), connection.cursor() as cursor:
        cursor.execute("SELECT id FROM ledger_submission WHERE type = 'record.imported'")
        waiting = [row[0] for row in cursor.fetchall()]
        found = [ledger.entry(key) for key in waiting]
        found += ledger.search_entries(types=["record.imported"], limit=1000)
        return list({entry.id: entry.audit for entry in found}.values())


def holds(place: Organisation) -> bool:
    with tenant_scope(place.id):
        return not list(verify_records(place.id))


def test_each_record_is_stored_once_and_named_in_the_ledger(hospital: Organisation) -> None:
    record = record_of(PATIENT, "Amara", "Lindgren", mrn=MRN)
    report = imported(hospital, bundle(*record))
    assert (report.created, report.updated, report.unchanged, report.failed) == (len(record), 0, 0, [])
    assert counts(hospital) == (len(record), len(record))
    named = [(one["type"], one["id"]) for entry in import_entries(hospital) for one in entry["resources"]]
    assert sorted(named) == sorted((one["resourceType"], one["id"]) for one in record)
    assert holds(hospital)


def test_the_same_again_changes_nothing(hospital: Organisation) -> None:
    content = bundle(*record_of(PATIENT, "Amara", "Lindgren", mrn=MRN))
    imported(hospital, content)
    entries = len(import_entries(hospital))
    again = imported(hospital, content)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 9)
    assert len(import_entries(hospital)) == entries


def test_a_change_is_a_new_version_and_an_older_snapshot_does_not_undo_it(hospital: Organisation) -> None:
    before = record_of(PATIENT, "Amara", "Lindgren", mrn=MRN)
    imported(hospital, bundle(*before))
    changed = {**before[1], "valueQuantity": {"value": 99}}
    assert imported(hospital, bundle(changed)).updated == 1
    assert imported(hospital, bundle(*before)).unchanged == len(before)
    assert stored(hospital, "Observation", changed["id"])["resource"]["valueQuantity"] == {"value": 99}
    assert counts(hospital) == (len(before), len(before) + 1)
    assert holds(hospital)


def test_two_versions_in_one_bundle_become_two_versions(hospital: Organisation) -> None:
    record = record_of(PATIENT, "Amara", "Lindgren", mrn=MRN)
    later = {**record[1], "valueQuantity": {"value": 99}}
    report = imported(hospital, bundle(*record, later))
    assert (report.created, report.updated) == (len(record), 1)
    assert stored(hospital, "Observation", later["id"])["row"].header.version == 2
    assert holds(hospital)


def test_the_bytes_received_are_what_is_kept(hospital: Organisation) -> None:
    imported(hospital, bundle(record_of(PATIENT, "Amara", "Lindgren", mrn=MRN)[0]))
    text = (
        '{ "resourceType":"Observation","id":"spaced",\n "status" : "final", "code":{"text":"\\u00fc é"},'
        '"subject":{"reference":"Patient/amara"},"valueQuantity":{"value":1.50}}'
    )
    imported(hospital, text.encode())
    assert stored(hospital, "Observation", "spaced")["text"] == text


def test_references_within_a_bundle_lead_to_what_was_stored(hospital: Organisation) -> None:
    patient, *_ = record_of(PATIENT, "Amara", "Lindgren", mrn=MRN)
    doctor = {
        "resourceType": "Practitioner",
        "id": "okafor",
        "identifier": [{"system": "http://hl7.org/fhir/sid/us-npi", "value": "77"}],
    }
    result = lab("x", "y", "1-8", 1.0, "2026-01-01")
    del result["id"]
    result |= {
        "subject": {"reference": "urn:uuid:11111111-1111-4111-8111-111111111111"},
        "performer": [{"reference": "Practitioner?identifier=http://hl7.org/fhir/sid/us-npi|77"}],
    }
    entries = [
        {"fullUrl": "urn:uuid:22222222-2222-4222-8222-222222222222", "resource": result,
         "request": {"method": "POST", "url": "Observation"}},
        {"fullUrl": "urn:uuid:11111111-1111-4111-8111-111111111111", "resource": patient},
        {"resource": doctor},
    ]  # fmt: skip
    content = json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": entries}).encode()
    assert not imported(hospital, content).failed
    found = stored(hospital, "Observation", "22222222-2222-4222-8222-222222222222")
    assert found["resource"]["subject"] == {"reference": "Patient/amara"}
    assert found["resource"]["performer"] == [{"reference": "Practitioner/okafor"}]
    assert found["row"].header.author == "Practitioner/okafor"
    assert imported(hospital, content).unchanged == 3


def test_a_conditional_reference_finds_what_an_earlier_file_brought(hospital: Organisation) -> None:
    doctor = {
        "resourceType": "Practitioner",
        "id": "okafor",
        "identifier": [{"system": "urn:npi", "value": "77"}],
    }
    imported(hospital, bundle(doctor))
    patient, result, *_ = record_of(PATIENT, "Amara", "Lindgren", mrn=MRN)
    result["performer"] = [{"reference": "Practitioner?identifier=urn:npi|77"}]
    assert not imported(hospital, bundle(patient, result)).failed
    assert stored(hospital, "Observation", result["id"])["row"].header.author == "Practitioner/okafor"


def test_a_record_inherits_the_labels_of_its_reason(hospital: Organisation) -> None:
    patient, *_ = record_of(PATIENT, "Amara", "Lindgren", mrn=MRN)
    reason = condition(PATIENT, "low-mood", "370143000")
    medicine = {
        "resourceType": "MedicationRequest", "id": "tablets", "status": "active", "intent": "order",
        "medicationCodeableConcept": {"text": "Tablets"}, "subject": {"reference": "Patient/amara"},
        "reasonReference": [{"reference": f"Condition/{reason['id']}"}],
    }  # fmt: skip
    claim = condition(PATIENT, "other", "44054006")
    imported(hospital, bundle(medicine, patient, reason, claim))
    assert stored(hospital, "MedicationRequest", "tablets")["labels"] == ("PSY",)
    assert stored(hospital, "Condition", claim["id"])["labels"] == ()


def for_reason(name: str, reference: str, *, patient: str = PATIENT) -> dict[str, Any]:
    """A medicine with a reason."""
    return {
        "resourceType": "MedicationRequest", "id": name, "status": "active", "intent": "order",
        "medicationCodeableConcept": {"text": "Tablets"}, "subject": {"reference": f"Patient/{patient}"},
        "reasonReference": [{"reference": reference}],
    }  # fmt: skip


@pytest.mark.parametrize(
    "reference",
    ["Condition/{}", "Condition/{}/_history/1", "https://elsewhere.example/fhir/Condition/{}",
     "https://elsewhere.example/fhir/Condition/{}/_history/1"],
)  # fmt: skip
@pytest.mark.parametrize("together", [True, False])
def test_labels_travel_along_any_reference_and_from_what_an_earlier_file_brought(
    hospital: Organisation, reference: str, together: bool
) -> None:
    patient, *_ = record_of(PATIENT, "Amara", "Lindgren", mrn=MRN)
    reason = condition(PATIENT, "low-mood", "370143000")
    medicine = for_reason("tablets", reference.format(reason["id"]))
    for content in ([patient, reason, medicine],) if together else ([patient, reason], [medicine]):
        assert not imported(hospital, bundle(*content)).failed
    assert stored(hospital, "MedicationRequest", "tablets")["labels"] == ("PSY",)
    assert holds(hospital)


def test_labels_do_not_travel_from_another_patient_nor_from_a_later_file(hospital: Organisation) -> None:
    patient, *_ = record_of(PATIENT, "Amara", "Lindgren", mrn=MRN)
    reason = condition(PATIENT, "low-mood", "370143000")
    early = for_reason("early", f"Condition/{reason['id']}")
    imported(hospital, bundle(patient, early))
    imported(hospital, bundle(reason))
    ben, *_ = record_of("ben", "Ben", "Okri", mrn="2")
    of_ben = for_reason("of-ben", f"Condition/{reason['id']}", patient="ben")
    imported(hospital, bundle(ben, of_ben))
    imported(hospital, bundle({**of_ben, "status": "stopped"}))
    assert stored(hospital, "MedicationRequest", "early")["labels"] == ()
    assert stored(hospital, "MedicationRequest", "of-ben")["labels"] == ()


def test_two_versions_in_one_bundle_keep_their_own_labels(hospital: Organisation) -> None:
    patient, *_ = record_of(PATIENT, "Amara", "Lindgren", mrn=MRN)
    marked = condition(PATIENT, "c", "44054006", meta={"security": [{"code": "R"}]})
    imported(hospital, bundle(patient, marked, condition(PATIENT, "c", "44054006")))
    with tenant_scope(hospital.id), connection.cursor() as cursor:
        cursor.execute("SELECT labels FROM records_version WHERE type = 'Condition' ORDER BY version")
        assert cursor.fetchall() == [(["R"],), ([],)]


def test_one_person_at_two_organisations_is_one_person(hospital: Organisation) -> None:
    other = create_organisation(slug="import-there", name="Other")
    store(hospital, record_of(PATIENT, "Amara", "Lindgren", mrn="1", ssn="987-65-4329")[0])
    store(other, record_of("another-id", "Amara", "Lindgren", mrn="2", ssn="987 65 4329")[0])
    store(other, record_of("third-id", "Amara", "Lindgren", mrn="3")[0])

    def person(place: Organisation, patient: str) -> UUID:
        with tenant_scope(place.id):
            return selectors.registration(patient=patient).person_id

    assert person(hospital, PATIENT) == person(other, "another-id")
    assert person(other, "third-id") != person(other, "another-id")


def run_command(*arguments: object) -> str:
    out = StringIO()
    call_command("import_fhir", *map(str, arguments), stdout=out, stderr=out)
    return out.getvalue()


def test_the_command_reads_folders_and_says_what_it_did(hospital: Organisation, tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    record = record_of(PATIENT, "Amara", "Lindgren", mrn=MRN)
    (tmp_path / "a.json").write_bytes(bundle(record[0]))
    (tmp_path / "deep" / "b.json").write_bytes(bundle(*record[1:]))
    assert "9 created, 0 updated, 0 unchanged, 0 failed" in run_command("--tenant", hospital.slug, tmp_path)
    assert "9 unchanged" in run_command("--tenant", hospital.slug, tmp_path / "a.json", tmp_path / "deep")


def test_the_command_fails_if_anything_failed(hospital: Organisation, tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_bytes(bundle({"resourceType": "Basic", "code": {"text": "a"}, "id": "x"}))
    out = StringIO()
    with pytest.raises(CommandError, match="Not everything"):
        call_command("import_fhir", "--tenant", hospital.slug, str(tmp_path), stdout=out, stderr=out)
    assert f"{tmp_path}/bad.json, entry 0 (Basic/x): This node does not keep" in out.getvalue()


@pytest.mark.parametrize(
    "arguments", [("--tenant", "nowhere", "."), ("--tenant", "import-here", "/nowhere/at/all")]
)
def test_the_command_refuses_what_is_not_there(hospital: Organisation, arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        run_command(*arguments)


def test_all_of_synthea_is_loaded(hospital: Organisation, test_data: Path) -> None:
    report = services.import_bundles(tenant=hospital.id, paths=[test_data / "synthea"])
    assert report.failed == []
    assert (report.total, report.created) == (2085, 2047)
    again = services.import_bundles(tenant=hospital.id, paths=[test_data / "synthea"])
    assert again.unchanged == again.total == 2085
    with tenant_scope(hospital.id), connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT person) FROM records_resource")
        assert cursor.fetchone() == (14,)
    assert holds(hospital)


def test_an_import_stands_in_the_chain_of_the_person(cast: Cast) -> None:
    with tenant_scope(cast.hospital.id):
        entries = ledger.subject_entries(subject=cast.person, types=["record.imported"])
    assert sum(len(entry.audit["resources"]) for entry in entries) == 9
    assert SNOMED not in str(entries)


def test_what_leads_nowhere_is_stored_and_told_once_everything_is_in(
    hospital: Organisation, tmp_path: Path
) -> None:
    person = record_of(PATIENT, "Amara", "Lindgren", mrn=MRN)[0]
    visit = {"encounter": {"reference": "Encounter/visit"}}
    results = [
        {**lab(PATIENT, "a", "59261-8", 1, "2026-01-02"), **visit},
        {**lab(PATIENT, "b", "59261-8", 1, "2026-01-02"), "hasMember": [{"reference": "Observation/lost"}]},
        {
            **lab(PATIENT, "c", "59261-8", 1, "2026-01-02"),
            "hasMember": [{"reference": "Observation/amara-a"}],
        },
    ]
    (tmp_path / "a.json").write_bytes(bundle(person, *results))
    report = services.import_bundles(tenant=hospital.id, paths=[tmp_path])
    assert (report.created, report.failed) == (4, [])
    assert report.dangling == [
        "Observation/amara-a refers to Encounter/visit, which is not kept here.",
        "Observation/amara-b refers to Observation/lost, which is not kept here.",
    ]
    later = {
        "resourceType": "Encounter",
        "id": "visit",
        "status": "finished",
        "class": {"code": "AMB"},
        "subject": {"reference": f"Patient/{PATIENT}"},
    }
    (tmp_path / "b.json").write_bytes(bundle(later))
    said = StringIO()
    call_command("import_fhir", str(tmp_path), tenant=hospital.slug, stdout=StringIO(), stderr=said)
    assert said.getvalue().splitlines() == [
        "Observation/amara-b refers to Observation/lost, which is not kept here.",
        "1 references lead to what is not kept here. What refers to it is stored; import the rest when you have it.",
    ]
