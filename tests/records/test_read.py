"""Reading one record: what is decided, what the ledger says of it, and what is shown."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from ledger import selectors as ledger
from ledger.errors import AppendRefused, ScopeError
from ledger.scope import tenant_scope
from ledger.selectors import Entry
from portal.accounts.identity import Caller
from portal.records import services
from portal.records.errors import Denied, RecordsError, UnknownRecord, UnsupportedType
from tests.cast import PATIENT, Cast, condition, lab, store
from tests.statements import statements

LAB = f"{PATIENT}-hba1c-2"


def read(cast: Cast, caller: Caller, key: str = LAB, kind: str = "Observation", **more: Any) -> services.Read:
    return services.read(caller=caller, tenant=cast.hospital.id, type=kind, id=key, **more)


def entries(cast: Cast, person: UUID | None = None) -> list[Entry]:
    """The accesses in the ledger, newest first."""
    with tenant_scope(cast.hospital.id):
        return ledger.subject_entries(subject=person or cast.person, types=services.ACCESS_TYPES)


def test_without_a_contract_nothing_is_shown_and_the_denial_is_in_the_ledger(cast: Cast) -> None:
    with pytest.raises(Denied) as caught:
        read(cast, cast.family_doctor)
    (entry,) = entries(cast)
    assert entry.id == caught.value.promise.promise.id
    assert entry.type == "access.denied"
    assert entry.audit["who"] == {
        "id": str(cast.family_doctor.user),
        "name": "Dr Helen Brandt",
        "title": "Family doctor",
    }
    assert entry.audit["organisation"]["name"] == "Riverside Family Practice"
    assert (caught.value.code, caught.value.status) == ("access-denied", 403)


def test_a_contract_opens_its_category_and_no_other(cast: Cast) -> None:
    contract = cast.grant(cast.family_doctor, "lab-results")
    shown = read(cast, cast.family_doctor)
    assert shown.record.resource["valueQuantity"] == {"value": 52}
    assert shown.decision is not None
    assert (shown.decision.layer, shown.decision.contract) == ("contract", contract.id)
    for kind, name in (
        ("Condition", "diabetes"),
        ("Observation", "weight-1"),
        ("MedicationRequest", "metformin"),
    ):
        with pytest.raises(Denied):
            read(cast, cast.family_doctor, f"{PATIENT}-{name}", kind)
    with pytest.raises(Denied):
        read(cast, cast.outsider)


def test_the_entry_says_who_read_what_why_and_by_which_clause(cast: Cast) -> None:
    contract = cast.grant(cast.family_doctor, "lab-results")
    shown = read(cast, cast.family_doctor)
    assert shown.promise is not None and shown.decision is not None
    audit = entries(cast)[0].audit
    with tenant_scope(cast.hospital.id), connection.cursor() as cursor:
        cursor.execute("SELECT encode(content_hash, 'hex') FROM records_version WHERE fhir_id = %s", [LAB])
        (digest,) = cursor.fetchone()
    assert audit["resources"] == [
        {"type": "Observation", "id": LAB, "version": 1, "category": "lab-results", "hash": digest}
    ]
    assert (audit["role"], audit["action"], audit["purpose"]) == ("clinician", "read", "TREAT")
    assert (audit["layer"], audit["contract"]) == ("contract", str(contract.id))
    assert audit["clauses"] == list(shown.decision.clauses) != []
    assert (audit["code_hash"], audit["sentence"]) == (contract.code_hash, shown.decision.sentence)
    assert (audit["request"], audit["client"]) == (cast.family_doctor.request_id, "session")
    assert "valueQuantity" not in json.dumps(audit)


def test_revocation_bites_on_the_next_read(cast: Cast) -> None:
    contract = cast.grant(cast.family_doctor, "lab-results")
    read(cast, cast.family_doctor)
    cast.revoke(contract)
    with pytest.raises(Denied):
        read(cast, cast.family_doctor)


def test_sensitive_records_need_to_be_named(cast: Cast) -> None:
    cast.grant(cast.family_doctor, "conditions")
    read(cast, cast.family_doctor, f"{PATIENT}-diabetes", "Condition")
    with pytest.raises(Denied):
        read(cast, cast.family_doctor, f"{PATIENT}-low-mood", "Condition")
    cast.grant(cast.family_doctor, "conditions", sensitivity=("PSY",))
    read(cast, cast.family_doctor, f"{PATIENT}-low-mood", "Condition")


def test_a_patient_reads_her_own_record_and_that_is_in_the_ledger_too(cast: Cast) -> None:
    shown = read(cast, cast.amara, f"{PATIENT}-low-mood", "Condition")
    assert shown.decision is not None and shown.decision.layer == "law"
    (entry,) = entries(cast)
    assert (entry.audit["role"], entry.audit["purpose"]) == ("patient", "PATRQT")


def test_a_patient_does_not_read_the_record_of_another(cast: Cast) -> None:
    with pytest.raises(UnknownRecord):  # nor learns that it is there
        read(cast, cast.amara, "ben-hba1c-1")
    assert entries(cast, cast.other)[0].type == "access.denied"


def test_a_doctor_who_is_the_patient_reads_her_own_record_as_the_patient(cast: Cast) -> None:
    as_doctor = replace(cast.family_doctor, person=cast.person)
    shown = read(cast, as_doctor)
    assert shown.decision is not None and shown.decision.layer == "law"


def test_a_guardian_reads_what_the_contract_with_him_says(cast: Cast) -> None:
    with pytest.raises(UnknownRecord):  # he has nothing to do with her yet
        read(cast, cast.guardian)
    cast.grant(cast.guardian, "lab-results", kind="person", purposes=("PATRQT",))
    assert read(cast, cast.guardian).record.id == LAB
    with pytest.raises(Denied):
        read(cast, cast.guardian, f"{PATIENT}-diabetes", "Condition")


@pytest.mark.parametrize("role", ["administrator", "privacy_officer", "auditor", "regulator"])
def test_who_runs_or_audits_the_house_sees_no_record(cast: Cast, role: str) -> None:
    cast.grant(cast.doctor, "lab-results", kind="organisation")
    with pytest.raises(Denied):
        read(cast, getattr(cast, role))


def test_a_contract_with_an_organisation_is_for_whoever_acts_for_it(cast: Cast) -> None:
    cast.grant(cast.family_doctor, "lab-results", kind="organisation")
    read(cast, cast.family_doctor)
    read(cast, cast.outsider)
    with pytest.raises(Denied):
        read(cast, cast.outsider.as_oneself())
    with pytest.raises(Denied):
        read(cast, cast.doctor)


def test_what_the_face_refuses_already_is_entered_as_denied(cast: Cast) -> None:
    refused = replace(cast.amara, refused=("not-a-member", "This account does not belong there."))
    with pytest.raises(Denied) as caught:
        read(cast, refused)
    assert (caught.value.code, str(caught.value)) == ("not-a-member", "This account does not belong there.")
    assert entries(cast)[0].type == "access.denied"


@pytest.mark.parametrize(
    ("kind", "key"), [("Observation", "nothing"), ("Condition", LAB), ("Observation", "a" * 500)]
)
def test_what_is_not_there_is_not_found(cast: Cast, kind: str, key: str) -> None:
    with pytest.raises(UnknownRecord):
        read(cast, cast.doctor, key, kind)


def test_a_record_of_one_organisation_is_not_found_at_another(cast: Cast) -> None:
    store(cast.practice, lab(PATIENT, "only-here", "1-8", 1, "2026-01-01"))
    with pytest.raises(UnknownRecord):
        read(cast, cast.amara, f"{PATIENT}-only-here")


def test_a_type_that_is_not_kept_is_refused(cast: Cast) -> None:
    with pytest.raises(UnsupportedType):
        read(cast, cast.doctor, "x", "Basic")


def test_an_older_version_can_be_read(cast: Cast) -> None:
    changed = lab(PATIENT, "hba1c-2", "59261-8", 48, "2026-11-16")
    store(cast.hospital, changed)
    assert read(cast, cast.amara).record.version == 2
    assert read(cast, cast.amara, version=1).record.resource["valueQuantity"] == {"value": 52}
    with pytest.raises(UnknownRecord):
        read(cast, cast.amara, version=3)


def test_an_older_version_is_closed_by_what_the_record_bears_now(cast: Cast) -> None:
    cast.grant(cast.doctor, "conditions")
    key = f"{PATIENT}-diabetes"
    store(cast.hospital, condition(PATIENT, "diabetes", "44054006", meta={"security": [{"code": "R"}]}))
    for version in (1, 2, None):
        with pytest.raises(Denied):
            read(cast, cast.doctor, key, "Condition", version=version)
    assert read(cast, cast.amara, key, "Condition", version=1).record.version == 1
    cast.grant(cast.doctor, "conditions", sensitivity=("R",))
    assert read(cast, cast.doctor, key, "Condition", version=1).record.labels == ()


def test_an_older_version_that_was_sensitive_stays_closed(cast: Cast) -> None:
    cast.grant(cast.doctor, "conditions")
    key = f"{PATIENT}-low-mood"
    store(cast.hospital, condition(PATIENT, "low-mood", "44054006"))
    assert read(cast, cast.doctor, key, "Condition").record.version == 2
    with pytest.raises(Denied):
        read(cast, cast.doctor, key, "Condition", version=1)


def test_an_older_version_needs_both_its_category_and_that_of_now(cast: Cast) -> None:
    moved = lab(PATIENT, "hba1c-2", "59261-8", 48, "2026-11-16", category="vital-signs")
    store(cast.hospital, moved)
    cast.grant(cast.doctor, "lab-results")
    cast.grant(cast.family_doctor, "lab-results", "vital-signs")
    with pytest.raises(Denied):
        read(cast, cast.doctor, version=1)
    assert entries(cast)[0].audit["categories"] == ["lab-results", "vital-signs"]
    assert read(cast, cast.family_doctor, version=1).record.version == 1


def test_the_directory_is_open_to_whoever_is_signed_in(cast: Cast) -> None:
    store(cast.hospital, {"resourceType": "Organization", "id": "here", "name": "St Mary"})
    shown = read(cast, cast.outsider, "here", "Organization")
    assert (shown.record.resource["name"], shown.promise) == ("St Mary", None)
    assert entries(cast) == []


def test_an_access_inside_another_transaction_is_refused(cast: Cast) -> None:
    with pytest.raises(ScopeError), tenant_scope(cast.hospital.id):
        read(cast, cast.amara)


def test_if_the_ledger_cannot_take_the_entry_nothing_is_shown(cast: Cast, administrator: Any) -> None:
    cast.grant(cast.doctor, "lab-results")
    administrator.execute("UPDATE ledger_log SET read_only = true WHERE tenant_id = %s", [cast.hospital.id])
    with pytest.raises(AppendRefused):
        read(cast, cast.doctor)
    with pytest.raises(AppendRefused):
        read(cast, cast.outsider)


def test_a_failure_after_the_entry_is_entered_as_well(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    from portal.records import sealed

    def fail(*_: object, **__: object) -> None:
        raise ConnectionError("the key provider is gone")

    monkeypatch.setattr(sealed, "load_keys", fail)
    with pytest.raises(ConnectionError):
        read(cast, cast.amara)
    monkeypatch.undo()
    failed, permitted = entries(cast)
    assert (failed.type, failed.audit["access"]) == ("access.failed", str(permitted.id))


def test_reading_takes_the_same_number_of_queries_whatever_is_shared(cast: Cast) -> None:
    def queries() -> int:
        with statements() as sent:
            read(cast, cast.doctor)
        return len(sent)

    cast.grant(cast.doctor, "lab-results")
    read(cast, cast.doctor)
    before = queries()
    for _ in range(5):
        cast.grant(cast.doctor, "lab-results", "conditions")
    read(cast, cast.doctor)
    assert queries() == before > 0


def test_every_refusal_has_a_code_a_status_and_a_sentence() -> None:
    def tree(kind: type[RecordsError]) -> list[type[RecordsError]]:
        return [kind, *(leaf for child in kind.__subclasses__() for leaf in tree(child))]

    kinds = tree(RecordsError)
    assert len({kind.code for kind in kinds}) == len(kinds)
    assert all(400 <= kind.status < 600 and kind.__doc__ for kind in kinds)


def test_a_contract_that_has_not_begun_opens_nothing(cast: Cast) -> None:
    cast.grant(cast.doctor, "lab-results", starts=datetime.now(UTC) + timedelta(hours=1))
    with pytest.raises(Denied):
        read(cast, cast.doctor)
