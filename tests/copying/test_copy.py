"""A person takes a copy of everything: as FHIR, as a PDF, and with proofs that verify elsewhere."""

import json
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from ledger.scope import tenant_scope
from ledger.sequencing import drain
from portal.accounts import selectors
from portal.accounts.identity import Caller
from portal.accounts.services import create_token
from portal.copying.archive import write_copy
from portal.records import services
from tests.cast import PASSWORD, PATIENT, Cast, account_of, build


@pytest.fixture
def cast(transactional_db: None, no_other_sequencer: None) -> Cast:
    return build()


def copy_of(cast: Cast) -> zipfile.ZipFile:
    out = BytesIO()
    write_copy(out, caller=cast.amara, registrations=selectors.registrations(cast.person))
    return zipfile.ZipFile(out)


def test_everything_is_in_it_from_every_organisation(cast: Cast) -> None:
    made = services.create_document(
        caller=_writer(cast),
        tenant=cast.hospital.id,
        patient=PATIENT,
        media_type="application/pdf",
        content=BytesIO(b"%PDF-1.7 a letter"),
    )
    found = copy_of(cast)
    for place, count in ((cast.hospital, 10), (cast.practice, 9)):
        content = json.loads(found.read(f"{place.slug}/record.json"))
        assert (content["resourceType"], content["type"]) == ("Bundle", "collection")
        kinds = [entry["resource"]["resourceType"] for entry in content["entry"]]
        assert len(kinds) == count
        assert {"Patient", "Observation", "Condition", "MedicationRequest"} <= set(kinds)
        assert found.read(f"{place.slug}/record.pdf").startswith(b"%PDF-")
        assert found.read(f"{place.slug}/README.txt")
    assert found.read(f"{cast.hospital.slug}/documents/{made.id}.pdf") == b"%PDF-1.7 a letter"


def _writer(cast: Cast) -> Caller:
    cast.grant(cast.doctor, "documents", actions=("read", "write"))
    return cast.doctor


def test_its_proofs_verify_without_us(cast: Cast, tmp_path: Path) -> None:
    drain()
    archive = tmp_path / "evidence.zip"
    archive.write_bytes(copy_of(cast).read(f"{cast.hospital.slug}/evidence.zip"))
    with tenant_scope(cast.hospital.id):
        from ledger.selectors import log_named

        vkey = log_named(cast.hospital.slug).vkey
    command = [sys.executable, "-m", "ledger.verify", str(archive), "--vkey", vkey]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_token_for_records_alone_gets_nothing_of_the_ledger(cast: Cast) -> None:
    drain()

    def names(scopes: str) -> list[str]:
        token = create_token(user=account_of(cast.amara), scopes=scopes)
        answer = Client().get("/api/v1/me/copy/", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 200
        return zipfile.ZipFile(BytesIO(answer.getvalue())).namelist()

    evidence, record = (f"{cast.hospital.slug}/{name}" for name in ("evidence.zip", "record.json"))
    alone, both = names("records.read"), names("records.read accesses.read")
    assert record in alone
    assert evidence not in alone
    assert {record, evidence} <= set(both)


def test_each_organisation_is_told_that_a_copy_was_taken(cast: Cast) -> None:
    copy_of(cast)
    for place in (cast.hospital, cast.practice):
        newest = services.who_has_seen(caller=cast.amara, tenant=place.id)[0]
        assert (newest.interaction, newest.decision, newest.layer) == ("everything", "permitted", "law")


def test_the_button_gives_it_to_the_patient_alone(cast: Cast) -> None:
    client = Client()
    assert client.post(reverse("patients:copy")).status_code == 302
    form = {"login": account_of(cast.amara).email, "password": PASSWORD}
    client.post(reverse("account_login"), form)
    assert client.get(reverse("patients:copy")).status_code == 405
    answer = client.post(reverse("patients:copy"))
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/zip")
    assert "attachment" in answer["Content-Disposition"]
    found = zipfile.ZipFile(BytesIO(answer.getvalue()))
    assert f"{cast.hospital.slug}/record.json" in found.namelist()
    assert reverse("patients:copy") in client.get(reverse("patients:record")).content.decode()
