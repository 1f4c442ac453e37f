"""Writing one record: as contracts permit, once, sealed, labelled, indexed and in the ledger; or not at all."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from consent import services as consent
from consent.services import replay
from ledger import selectors as ledger
from ledger.scope import tenant_scope
from ledger.sequencing import drain
from portal.accounts.errors import ScopeMissing
from portal.accounts.identity import Caller
from portal.accounts.scopes import parse_scopes
from portal.records import services
from portal.records.errors import (
    Denied,
    IdMismatch,
    InvalidResource,
    NotSelective,
    RecordDeleted,
    RecordsError,
    RoleNeeded,
    UnknownRecord,
    VersionMismatch,
    WriteConflict,
)
from portal.records.verifying import verify_records
from tests.cast import MRN, PATIENT, Cast, condition, lab, record_of

BOTH = ("read", "write")


def new_lab(patient: str = PATIENT, **changes: Any) -> dict[str, Any]:
    """An Observation without an id."""
    found = {**lab(patient, "new", "59261-8", 47, "2026-11-20"), **changes}
    del found["id"]
    return found


def write(cast: Cast, caller: Caller, resource: dict[str, Any], **more: Any) -> services.Written:
    return services.write_resource(caller=caller, tenant=cast.hospital.id, resource=resource, **more)


def read(cast: Cast, kind: str, key: str, version: int | None = None) -> services.Record:
    return services.read(
        caller=cast.amara, tenant=cast.hospital.id, type=kind, id=key, version=version
    ).record


def stored(cast: Cast) -> tuple[int, ...]:
    """How many records, versions and tokens there are."""
    with tenant_scope(cast.hospital.id), connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM records_resource), (SELECT count(*) FROM records_version), "
            "(SELECT count(*) FROM records_token), (SELECT count(*) FROM accounts_registration)"
        )
        return tuple(cursor.fetchone())


@contextmanager
def nothing_is_stored(cast: Cast) -> Iterator[None]:
    before = stored(cast)
    yield
    assert stored(cast) == before


def last_entry(cast: Cast) -> Any:
    with tenant_scope(cast.hospital.id):
        return ledger.subject_entries(subject=cast.person)[0]


def holds(cast: Cast) -> bool:
    with tenant_scope(cast.hospital.id):
        return not list(verify_records(cast.hospital.id))


def test_a_contract_that_says_write_lets_a_clinician_add_a_record(cast: Cast) -> None:
    cast.grant(cast.family_doctor, "lab-results", actions=BOTH)
    made = write(cast, cast.family_doctor, new_lab())
    assert (made.type, made.version, made.outcome) == ("Observation", 1, "created")
    found = read(cast, "Observation", made.id)
    assert found.content == made.content
    assert found.resource == {**new_lab(), "id": made.id}
    assert found.updated == made.updated
    assert made.promise
    entry = next(entry for entry in _entries(cast) if entry.id == made.promise.promise.id)
    assert entry.type == "record.created"
    assert (entry.audit["action"], entry.audit["layer"], entry.audit["purpose"]) == (
        "write",
        "contract",
        "TREAT",
    )
    assert [one["id"] for one in entry.audit["resources"]] == [made.id]
    assert holds(cast)


def _entries(cast: Cast) -> list[Any]:
    with tenant_scope(cast.hospital.id):
        return ledger.subject_entries(subject=cast.person)


@pytest.mark.parametrize("who", ["doctor", "family_doctor", "outsider", "auditor"])
def test_without_permission_to_write_nothing_is_stored_and_the_patient_is_told(cast: Cast, who: str) -> None:
    caller: Caller = getattr(cast, who)
    cast.grant(cast.doctor, "lab-results")
    with nothing_is_stored(cast), pytest.raises(Denied) as caught:
        write(cast, caller, new_lab())
    entry = last_entry(cast)
    assert (entry.id, entry.type) == (caught.value.promise.promise.id, "access.denied")
    assert (entry.audit["interaction"], entry.audit["action"], entry.audit["resources"]) == (
        "create",
        "write",
        [],
    )


def test_a_stranger_is_told_of_no_such_patient_and_she_is_told_of_him(cast: Cast) -> None:
    with (
        nothing_is_stored(cast),
        pytest.raises(InvalidResource, match="names no patient of this organisation"),
    ):
        write(cast, cast.guardian, new_lab())
    assert last_entry(cast).type == "access.denied"


def test_a_record_is_found_at_once_and_labelled_as_an_import_would(cast: Cast) -> None:
    cast.grant(cast.doctor, "conditions", actions=BOTH, sensitivity=("PSY",))
    resource = condition(PATIENT, "x", "36923009")
    del resource["id"]
    made = write(cast, cast.doctor, resource)
    assert read(cast, "Condition", made.id).labels == ("PSY",)
    found = services.search(
        caller=cast.amara,
        tenant=cast.hospital.id,
        type="Condition",
        params={"patient": [PATIENT], "code": ["36923009"]},
    )
    assert [record.id for record in found.records] == [made.id]


def test_what_is_sensitive_is_written_only_where_the_contract_names_it(cast: Cast) -> None:
    cast.grant(cast.doctor, "conditions", actions=BOTH)
    with nothing_is_stored(cast), pytest.raises(Denied):
        write(cast, cast.doctor, condition(PATIENT, "x", "36923009"))
    # nor is what is sensitive overwritten by what is not
    with nothing_is_stored(cast), pytest.raises(Denied):
        write(cast, cast.doctor, condition(PATIENT, "low-mood", "44054006"))


def test_the_custodians_clinicians_write_where_the_base_policy_says_so(cast: Cast) -> None:
    with tenant_scope(cast.hospital.id):
        consent.set_base_policy(variant="opt-out-treatment", actor=cast.administrator.user)
    with pytest.raises(Denied):
        write(cast, cast.doctor, new_lab())
    with tenant_scope(cast.hospital.id):
        consent.set_base_policy(variant="opt-out-care", actor=cast.administrator.user)
    made = write(cast, cast.doctor, new_lab())
    assert made.decision and made.decision.layer == "base"
    for nobody in (cast.family_doctor, cast.administrator):
        with pytest.raises(Denied):
            write(cast, nobody, new_lab())
    with pytest.raises(Denied):
        write(cast, cast.doctor, condition(PATIENT, "x", "36923009"))


def test_an_update_is_a_new_version_and_the_old_one_stays(cast: Cast) -> None:
    cast.grant(cast.doctor, "lab-results", actions=BOTH)
    before = lab(PATIENT, "hba1c-2", "59261-8", 52, "2026-11-16")
    changed = write(cast, cast.doctor, {**before, "status": "amended"}, version=1)
    assert (changed.version, changed.outcome) == (2, "updated")
    assert read(cast, "Observation", before["id"]).resource["status"] == "amended"
    assert read(cast, "Observation", before["id"], 1).resource == before
    with nothing_is_stored(cast), pytest.raises(VersionMismatch):
        write(cast, cast.doctor, before, version=1)
    assert holds(cast)


def test_an_update_under_an_id_that_is_free_creates(cast: Cast) -> None:
    cast.grant(cast.doctor, "lab-results", actions=BOTH)
    made = write(cast, cast.doctor, {**new_lab(), "id": "chosen"})
    assert (made.id, made.version, made.outcome) == ("chosen", 1, "created")
    with nothing_is_stored(cast), pytest.raises(VersionMismatch):
        write(cast, cast.doctor, {**new_lab(), "id": "chosen-2"}, version=1)


def delete(cast: Cast, kind: str, key: str, **more: Any) -> services.Written:
    return services.delete(caller=cast.doctor, tenant=cast.hospital.id, type=kind, id=key, **more)


def test_a_deleted_record_is_gone_from_searches_its_versions_stay_and_it_can_come_back(cast: Cast) -> None:
    cast.grant(cast.doctor, "lab-results", actions=BOTH)
    key = f"{PATIENT}-hba1c-2"
    with pytest.raises(VersionMismatch):
        delete(cast, "Observation", key, version=7)
    gone = delete(cast, "Observation", key, version=1)
    assert (gone.version, gone.outcome, gone.content) == (2, "deleted", b"")
    with pytest.raises(RecordDeleted):
        read(cast, "Observation", key)
    assert read(cast, "Observation", key, 1).resource["id"] == key
    found = services.search(
        caller=cast.amara, tenant=cast.hospital.id, type="Observation", params={"patient": [PATIENT]}
    )
    assert key not in [record.id for record in found.records]
    assert delete(cast, "Observation", key).version == 2
    assert holds(cast)
    back = write(cast, cast.doctor, lab(PATIENT, "hba1c-2", "59261-8", 52, "2026-11-16"))
    assert (back.version, back.outcome) == (3, "created")
    assert read(cast, "Observation", key).version == 3
    assert holds(cast)


def test_a_deletion_that_is_denied_or_of_nothing(cast: Cast) -> None:
    with nothing_is_stored(cast), pytest.raises(Denied):
        delete(cast, "Observation", f"{PATIENT}-hba1c-2")
    assert last_entry(cast).audit["resources"][0]["id"] == f"{PATIENT}-hba1c-2"
    with pytest.raises(UnknownRecord):
        delete(cast, "Observation", "nothing")


def test_a_patient_with_a_record_is_not_deleted(cast: Cast) -> None:
    cast.grant(cast.doctor, "demographics", actions=BOTH)
    with nothing_is_stored(cast), pytest.raises(WriteConflict):
        delete(cast, "Patient", PATIENT)


@pytest.mark.parametrize("flag", ["true", "false"])
def test_whether_a_record_is_deleted_is_bound_into_its_seal(
    cast: Cast, administrator: Any, flag: str
) -> None:
    cast.grant(cast.doctor, "lab-results", actions=BOTH)
    key = f"{PATIENT}-hba1c-2"
    if flag == "false":
        delete(cast, "Observation", key)
    administrator.execute("SET session_replication_role = replica")
    for table in ("records_version", "records_resource"):
        administrator.execute(
            f"UPDATE {table} SET deleted = {flag} WHERE fhir_id = %s AND tenant_id = %s",
            [key, cast.hospital.id],
        )
    administrator.execute("SET session_replication_role = DEFAULT")
    with tenant_scope(cast.hospital.id):
        assert "record-columns-changed" in {finding.kind for finding in verify_records(cast.hospital.id)}
    with pytest.raises(RecordsError):
        read(cast, "Observation", key)


def own_observation(**changes: Any) -> dict[str, Any]:
    return new_lab(performer=[{"reference": f"Patient/{PATIENT}"}], **changes)


def test_a_patient_adds_and_changes_what_she_reports_herself_and_nothing_else(cast: Cast) -> None:
    made = write(cast, cast.amara, own_observation())
    assert made.decision and made.decision.layer == "law"
    again = write(cast, cast.amara, {**own_observation(status="amended"), "id": made.id})
    assert again.version == 2
    refused = [
        new_lab(),
        own_observation() | {"performer": [{"reference": "Practitioner/okafor"}]},
        own_observation()
        | {"performer": [{"reference": f"Patient/{PATIENT}"}, {"reference": "Practitioner/a"}]},
        {**own_observation(), "id": f"{PATIENT}-hba1c-2"},  # the laboratory's
        condition(PATIENT, "diabetes", "44054006"),
        record_of(PATIENT, "Amara", "Renamed", mrn=MRN)[0],
    ]
    for resource in refused:
        with nothing_is_stored(cast), pytest.raises(Denied):
            write(cast, cast.amara, resource)
    assert (
        services.delete(caller=cast.amara, tenant=cast.hospital.id, type="Observation", id=made.id).outcome
        == "deleted"
    )


def test_a_token_needs_the_scope_to_write(cast: Cast) -> None:
    cast.grant(cast.doctor, "lab-results", actions=BOTH)
    reader = replace(cast.doctor, scopes=parse_scopes("records.read"))
    with nothing_is_stored(cast), pytest.raises(Denied) as caught:
        write(cast, reader, new_lab())
    assert caught.value.code == "insufficient-scope"
    write(cast, replace(cast.doctor, scopes=parse_scopes("records.write")), new_lab())
    with pytest.raises(ScopeMissing):
        write(cast, reader, {"resourceType": "Organization", "name": "Ward"})


def test_the_directory_is_kept_by_the_organisations_own_staff(cast: Cast) -> None:
    ward = {"resourceType": "Organization", "name": "Ward 3"}
    made = write(cast, cast.doctor, ward)
    assert made.decision is None
    assert write(cast, cast.administrator, {**ward, "id": made.id, "name": "Ward 4"}).version == 2
    for nobody in (cast.amara, cast.family_doctor, cast.auditor):
        with nothing_is_stored(cast), pytest.raises(RoleNeeded):
            write(cast, nobody, ward)
    assert delete(cast, "Organization", made.id).outcome == "deleted"
    assert holds(cast)


def test_a_new_patient_is_registered_by_the_organisations_own_staff(cast: Cast) -> None:
    patient = record_of("x", "Noor", "Haddad", mrn="SM-77")[0]
    del patient["id"]
    with nothing_is_stored(cast), pytest.raises(RoleNeeded):
        write(cast, cast.family_doctor, patient)
    made = write(cast, cast.doctor, patient)
    assert made.decision and made.decision.code == "registered"
    assert holds(cast)
    # and whoever is not registered has no records
    with nothing_is_stored(cast), pytest.raises(InvalidResource) as caught:
        write(cast, cast.doctor, new_lab("nobody"))
    assert caught.value.expression == "Observation.subject"


def test_a_record_keeps_its_patient(cast: Cast) -> None:
    with tenant_scope(cast.hospital.id):
        consent.set_base_policy(variant="opt-out-care", actor=cast.administrator.user)
    with nothing_is_stored(cast), pytest.raises(WriteConflict):
        write(cast, cast.doctor, {**new_lab("ben"), "id": f"{PATIENT}-hba1c-2"})


def create(cast: Cast, content: bytes, **more: Any) -> services.Written:
    return services.create(
        caller=cast.doctor, tenant=cast.hospital.id, type="Observation", content=content, **more
    )


def test_the_bytes_received_are_kept_but_for_the_id(cast: Cast) -> None:
    cast.grant(cast.doctor, "visits", actions=BOTH)
    text = (
        '{ "resourceType" : "Observation",\n "id" : "mine", "status":"final","code":{"text":"\\u00fc é"},'
        '"subject":{"reference":"Patient/amara"},"valueQuantity":{"value":1.50}}'
    )
    made = create(cast, text.encode())
    assert made.content.decode() == text.replace('"mine"', f'"{made.id}"')
    made = create(cast, text.replace('"id" : "mine",', "").encode())
    assert f'{{"id":"{made.id}", "resourceType"' in made.content.decode()


BAD = {
    "not JSON": (b"{", "json-malformed"),
    "a list": (b"[]", "resource-invalid"),
    "another type": (b'{"resourceType": "Condition"}', "id-mismatch"),
    "a fault": (json.dumps(new_lab(status="done")).encode(), "resource-invalid"),
    "an id in twice": (b'{"resourceType": "Observation", "id": "a", "id": "b"}', "json-malformed"),
}


@pytest.mark.parametrize(("content", "code"), BAD.values(), ids=BAD.keys())
def test_what_is_wrong_is_refused_and_nothing_is_stored(cast: Cast, content: bytes, code: str) -> None:
    cast.grant(cast.doctor, "lab-results", actions=BOTH)
    with nothing_is_stored(cast), pytest.raises(RecordsError) as caught:
        create(cast, content)
    assert caught.value.code == code


def test_an_update_whose_body_has_another_id_is_refused(cast: Cast) -> None:
    with pytest.raises(IdMismatch):
        services.update(
            caller=cast.doctor,
            tenant=cast.hospital.id,
            type="Observation",
            id="a",
            content=json.dumps({**new_lab(), "id": "b"}).encode(),
        )


def test_a_conditional_create_does_nothing_where_one_record_fits(cast: Cast) -> None:
    cast.grant(cast.doctor, "lab-results", actions=BOTH)
    content = json.dumps(new_lab(identifier=[{"system": "urn:lab", "value": "77"}])).encode()
    condition = {"identifier": ["urn:lab|77"]}
    first = create(cast, content, condition=condition)
    assert first.outcome == "created"
    with nothing_is_stored(cast):
        again = create(cast, content, condition=condition)
    assert (again.outcome, again.id, again.content) == ("found", first.id, first.content)
    create(cast, content)
    with nothing_is_stored(cast), pytest.raises(NotSelective):
        create(cast, content, condition=condition)


def test_a_condition_tells_nothing_to_who_may_not_read(cast: Cast) -> None:
    cast.grant(cast.doctor, "lab-results", actions=("write",))
    content = json.dumps(new_lab()).encode()
    for code in ("59261-8", "1-1"):  # one that fits and one that does not
        with nothing_is_stored(cast), pytest.raises(Denied):
            create(cast, content, condition={"code": [code]})


def test_a_patient_who_is_known_by_an_identifier_is_not_registered_again(cast: Cast) -> None:
    with tenant_scope(cast.hospital.id):
        consent.set_base_policy(variant="opt-out-care", actor=cast.administrator.user)
    content = json.dumps(record_of("x", "Amara", "Lindgren", mrn=MRN)[0]).encode()
    with nothing_is_stored(cast):
        found = services.create(
            caller=cast.doctor,
            tenant=cast.hospital.id,
            type="Patient",
            content=content,
            condition={"identifier": [f"urn:test:mrn|{MRN}"]},
        )
    assert (found.outcome, found.id) == ("found", PATIENT)


def test_of_many_who_change_one_version_one_wins(cast: Cast) -> None:
    cast.grant(cast.doctor, "lab-results", actions=BOTH)
    writers = 6
    start = Barrier(writers)

    def change(number: int) -> bool:
        start.wait()
        try:
            resource = lab(PATIENT, "hba1c-2", "59261-8", number, "2026-11-16")
            write(cast, cast.doctor, resource, version=1)
        except VersionMismatch:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(writers) as pool:
        won = list(pool.map(change, range(writers)))
    assert won.count(True) == 1
    assert read(cast, "Observation", f"{PATIENT}-hba1c-2").version == 2
    assert holds(cast)


def test_what_permitted_a_write_replays_from_the_log(cast: Cast, no_other_sequencer: None) -> None:
    cast.grant(cast.doctor, "lab-results", actions=BOTH)
    made = write(cast, cast.doctor, new_lab())
    write(cast, cast.doctor, {**new_lab(), "id": made.id})
    delete(cast, "Observation", made.id)
    write(cast, cast.amara, own_observation())
    write(cast, cast.doctor, {"resourceType": "Organization", "name": "Ward"})
    patient = record_of("x", "Noor", "Haddad", mrn="SM-77")[0]
    write(cast, cast.doctor, {key: value for key, value in patient.items() if key != "id"})
    with pytest.raises(Denied):
        write(cast, cast.outsider, new_lab())
    drain()
    found = replay(tenant=cast.hospital.id)
    assert (found.same, found.differs, found.unreplayable, found.findings) == (5, 0, 0, [])
