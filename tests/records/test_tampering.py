"""What a superuser of the database changes is found: by the read itself, and by the verifier."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection

from ledger import committed
from ledger import selectors as ledger
from ledger.scope import tenant_scope
from portal.records import services, storage
from portal.records.errors import Denied, RecordTampered
from portal.records.opening import open_rows
from portal.records.verifying import verify_records
from tests.cast import OTHER, PATIENT, Cast, lab, store

LAB = f"{PATIENT}-hba1c-2"
THIS = f"WHERE fhir_id = '{LAB}'"
FLIP = "set_byte(sealed, length(sealed) - 20, get_byte(sealed, length(sealed) - 20) # 1)"


def read(cast: Cast) -> services.Read:
    return services.read(caller=cast.amara, tenant=cast.hospital.id, type="Observation", id=LAB)


def findings(cast: Cast) -> list[str]:
    with tenant_scope(cast.hospital.id):
        return [finding.kind for finding in verify_records(cast.hospital.id)]


@contextmanager
def as_attacker(superuser: Any) -> Iterator[Any]:
    """Past triggers and row-level security, as only a superuser gets."""
    superuser.execute("SET session_replication_role = replica")
    yield superuser
    superuser.execute("SET session_replication_role = DEFAULT")


BOTH = ("records_version", "records_resource")
ATTACKS: dict[str, tuple[tuple[str, ...], str]] = {
    "a byte of the content": (("records_version",), f"sealed = {FLIP}"),
    "a byte of the content, with its hash": (
        ("records_version",),
        f"sealed = {FLIP}, content_hash = sha256({FLIP})",
    ),
    "a byte of the seal's header": (
        ("records_version",),
        "sealed = set_byte(sealed, 60, get_byte(sealed, 60) # 1)",
    ),
    "the content, cut off": (("records_version",), "sealed = substr(sealed, 1, 30)"),
    "the hash": (("records_version",), "content_hash = sha256('x')"),
    "the category": (BOTH, "category = 'vital-signs'"),
    "the labels, added": (BOTH, "labels = ARRAY['HIV']"),
    "the date": (BOTH, "date = date - interval '1 day'"),
    "the end of the date": (BOTH, "until = NULL"),
    "the author": (BOTH, "author = 'Practitioner/nobody'"),
}


@pytest.mark.parametrize(("tables", "change"), ATTACKS.values(), ids=ATTACKS.keys())
def test_a_change_keeps_the_record_shut_and_is_found(
    cast: Cast, administrator: Any, tables: tuple[str, ...], change: str
) -> None:
    assert findings(cast) == []
    with as_attacker(administrator) as attacker:
        for table in tables:
            assert (
                attacker.execute(f"UPDATE {table} SET {change} {THIS}").rowcount == 2
            )  # at both organisations
    with pytest.raises(RecordTampered) as caught:
        read(cast)
    assert caught.value.code == "record-tampered"
    assert findings(cast)[0] in {"record-changed", "record-columns-changed"}


def test_a_label_that_was_taken_away_keeps_the_record_shut(cast: Cast, administrator: Any) -> None:
    cast.grant(cast.doctor, "conditions")
    mood = f"WHERE fhir_id = '{PATIENT}-low-mood'"
    with as_attacker(administrator) as attacker:
        for table in BOTH:
            attacker.execute(f"UPDATE {table} SET labels = '{{}}' {mood}")
    with pytest.raises(RecordTampered):
        services.read(caller=cast.doctor, tenant=cast.hospital.id, type="Condition", id=f"{PATIENT}-low-mood")
    with pytest.raises(RecordTampered):
        params = {"patient": [PATIENT]}
        services.search(caller=cast.doctor, tenant=cast.hospital.id, type="Condition", params=params)
    chart = services.chart(
        caller=cast.doctor, tenant=cast.hospital.id, person=cast.person, category="conditions"
    )
    assert [record.id for record in chart.sections[0].records] == [f"{PATIENT}-diabetes"]
    assert chart.tampered == [f"Condition/{PATIENT}-low-mood"]


def test_tampering_that_a_read_meets_is_in_the_ledger(cast: Cast, administrator: Any) -> None:
    with as_attacker(administrator) as attacker:
        attacker.execute(f"UPDATE records_version SET sealed = {FLIP} {THIS}")
    with pytest.raises(RecordTampered):
        read(cast)
    with tenant_scope(cast.hospital.id):
        failed, tampered, permitted = ledger.subject_entries(subject=cast.person)[:3]
    assert (failed.type, tampered.type, permitted.type) == (
        "access.failed",
        "record.tampered",
        "access.permitted",
    )
    assert tampered.audit["resources"][0]["id"] == LAB
    assert failed.audit["access"] == tampered.audit["access"] == str(permitted.id)


RESOURCE_ONLY: dict[str, str] = {
    "a category": "UPDATE records_resource SET category = 'visits' WHERE fhir_id = %(lab)s",
    "an older version": "UPDATE records_resource SET version = 1 WHERE fhir_id = 'amara-changed'",
    "another person": "UPDATE records_resource SET person = %(other)s WHERE fhir_id = %(lab)s",
    "a record that disappeared": "DELETE FROM records_resource WHERE fhir_id = %(lab)s",
    "a record that counts as deleted": "UPDATE records_resource SET deleted = true WHERE fhir_id = %(lab)s",
}


@pytest.mark.parametrize("attack", RESOURCE_ONLY.values(), ids=RESOURCE_ONLY.keys())
def test_what_a_record_now_is_must_be_its_latest_version(cast: Cast, administrator: Any, attack: str) -> None:
    for value in (1, 2):
        store(cast.hospital, lab(PATIENT, "changed", "1-8", value, "2026-01-01"))
    assert findings(cast) == []
    with as_attacker(administrator) as attacker:
        attacker.execute(attack, {"lab": LAB, "other": cast.other})
    assert "record-not-current" in findings(cast)


def test_a_version_that_was_deleted_is_missed(cast: Cast, administrator: Any) -> None:
    with as_attacker(administrator) as attacker:
        attacker.execute(f"DELETE FROM records_version {THIS}")
    assert "record-missing" in findings(cast)


def test_a_version_that_no_entry_names_is_found(cast: Cast, administrator: Any) -> None:
    columns = "tenant_id, person, type, version, category, labels, sealed, content_hash, fingerprint, author, created"
    source = f"SELECT 'forged', %s, {columns} FROM records_version"
    copy = f"INSERT INTO records_version (fhir_id, entry, {columns}) {source}"
    with as_attacker(administrator) as attacker:
        attacker.execute(f"{copy} {THIS} AND tenant_id = %s", [uuid4(), cast.hospital.id])
    assert "record-without-entry" in findings(cast)
    with as_attacker(administrator) as attacker:
        attacker.execute(
            "UPDATE records_version SET entry = (SELECT entry FROM records_version "
            "WHERE fhir_id = %s AND tenant_id = %s) WHERE fhir_id = 'forged'", [LAB, cast.hospital.id],
        )  # fmt: skip
    assert "record-unlisted" in findings(cast)


@pytest.mark.parametrize(
    "attack",
    [
        "DELETE FROM records_token "
        "WHERE resource = (SELECT id FROM records_resource WHERE fhir_id = %s AND tenant_id = %s)",
        "UPDATE records_token SET digest = set_byte(digest, 0, get_byte(digest, 0) # 255) "
        "WHERE resource = (SELECT id FROM records_resource WHERE fhir_id = %s AND tenant_id = %s)",
    ],
)
def test_an_index_that_hides_a_record_is_found(cast: Cast, administrator: Any, attack: str) -> None:
    with as_attacker(administrator) as attacker:
        attacker.execute(attack, [LAB, cast.hospital.id])
    assert "record-index-changed" in findings(cast)


def test_two_records_whose_contents_were_exchanged_stay_shut(cast: Cast, administrator: Any) -> None:
    swap = (
        "UPDATE records_version a SET sealed = b.sealed, content_hash = b.content_hash FROM records_version b "
        "WHERE a.tenant_id = b.tenant_id AND a.fhir_id IN (%s, %s) AND b.fhir_id IN (%s, %s) AND a.fhir_id <> b.fhir_id"
    )
    pair = [LAB, f"{PATIENT}-hba1c-1"]
    with as_attacker(administrator) as attacker:
        attacker.execute(swap, [*pair, *pair])
    with pytest.raises(RecordTampered):
        read(cast)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE records_version SET version = 9", "DELETE FROM records_version", "TRUNCATE records_version",
     "DELETE FROM records_resource"],
)  # fmt: skip
def test_the_role_that_serves_cannot_change_a_version(cast: Cast, statement: str) -> None:
    with pytest.raises(DatabaseError), tenant_scope(cast.hospital.id), connection.cursor() as cursor:
        cursor.execute(statement)


def test_not_even_a_superuser_changes_a_version_by_a_slip(cast: Cast, administrator: Any) -> None:
    import psycopg

    for statement in (
        "UPDATE records_version SET version = 9",
        "DELETE FROM records_version",
        "TRUNCATE records_version",
    ):
        with pytest.raises(psycopg.errors.RestrictViolation):
            administrator.execute(statement)


def test_without_a_scope_there_are_no_rows_and_none_of_another_tenant_with_one(cast: Cast) -> None:
    def rows() -> set[object]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT tenant_id FROM records_resource UNION SELECT tenant_id FROM records_version "
                "UNION SELECT tenant_id FROM records_token"
            )
            return {row[0] for row in cursor.fetchall()}

    assert rows() == set()
    for place in (cast.hospital, cast.practice):
        with tenant_scope(place.id):
            assert rows() == {place.id}


def test_a_key_that_made_room_for_others_is_fetched_again(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two people's records are opened together, and the process keeps one key."""
    monkeypatch.setattr(committed, "LIMIT", 1)
    committed.forget_all()
    with tenant_scope(cast.hospital.id):
        rows = [found[0] for key in (PATIENT, OTHER) if (found := storage.read("Patient", key))]
    opened = open_rows(cast.hospital.id, rows)
    assert ([record.id for record in opened.records], opened.tampered) == ([PATIENT, OTHER], [])


@pytest.mark.parametrize("broken", [PATIENT, OTHER])
def test_a_broken_key_keeps_only_its_own_records_shut(cast: Cast, administrator: Any, broken: str) -> None:
    """Two people's records are opened together, and the wrapped key of one was changed."""
    with tenant_scope(cast.hospital.id):
        rows = [found[0] for key in (PATIENT, OTHER) if (found := storage.read("Patient", key))]
    (owner,) = [row.header.person for row in rows if row.header.id == broken]
    flip = "set_byte(wrapped, length(wrapped) - 1, get_byte(wrapped, length(wrapped) - 1) # 1)"
    with as_attacker(administrator) as attacker:
        attacker.execute(
            f"UPDATE ledger_key SET wrapped = {flip} WHERE owner = %s AND use = 'record'",
            [owner],
        )
    committed.forget_all()
    opened = open_rows(cast.hospital.id, rows)
    assert [row.header.id for row in opened.tampered] == [broken]
    assert [record.id for record in opened.records] == [key for key in (PATIENT, OTHER) if key != broken]


def test_a_contract_that_is_not_what_was_signed_opens_nothing_and_the_entry_says_why(
    cast: Cast, administrator: Any
) -> None:
    contract = cast.grant(cast.doctor, "conditions")
    with as_attacker(administrator) as attacker:
        attacker.execute(
            "UPDATE consent_contract SET grantee = %s WHERE id = %s", [cast.family_doctor.user, contract.id]
        )
    with pytest.raises(Denied) as caught:
        services.chart(caller=cast.doctor, tenant=cast.hospital.id, person=cast.person, category="conditions")
    assert caught.value.decision.code == "engine-error"
    with tenant_scope(cast.hospital.id):
        newest = ledger.subject_entries(subject=cast.person)[0]
    assert newest.type == "access.denied"
    assert newest.audit["code"] == "engine-error", newest.audit
