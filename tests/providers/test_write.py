"""Adding to a record: a note, a vital sign, a medicine, a document."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from ledger.scope import tenant_scope
from ledger.selectors import Entry, subject_entries
from portal.accounts.form_keys import new_key
from portal.records.services import own_record
from tests.cast import Cast
from tests.staff import few_queries, sign_in, streamed, text

pytestmark = pytest.mark.django_db
BOTH = ("read", "write")
WHEN = "2026-01-05T08:30"
FORMS: dict[str, tuple[str, dict[str, str]]] = {
    "note": ("documents", {"title": "Visit", "text": "Feels well. Goes on as before."}),
    "vital-sign": (
        "vital-signs",
        {"what": "blood-pressure", "value": "128", "second": "80", "at": WHEN},
    ),
    "medicine": ("medicines", {"name": "Ramipril 5 mg", "dosage": "One tablet in the morning"}),
}


def address(cast: Cast, page: str, *more: str) -> str:
    return reverse(f"providers:{page}", args=[cast.hospital.slug, cast.hospital.slug, cast.person, *more])


def written(cast: Cast, category: str) -> list[Mapping[str, Any]]:
    """What Amara reads in that part of her record."""
    opened = own_record(caller=cast.amara, tenant=cast.hospital.id, category=category)
    return [record.resource for section in opened.sections for record in section.records]


def entries(cast: Cast, kind: str) -> list[Entry]:
    with tenant_scope(cast.hospital.id):
        return subject_entries(subject=cast.person, types=[kind], limit=10)


@pytest.mark.parametrize("kind", FORMS)
def test_what_is_written_stands_in_the_record_with_its_author(cast: Cast, kind: str) -> None:
    category, form = FORMS[kind]
    cast.grant(cast.doctor, category, actions=BOTH)
    client, before = sign_in(cast.doctor), len(written(cast, category))
    answer = client.post(address(cast, "write", kind), form)
    assert answer["Location"] == address(cast, "section", category)
    assert "It stands in the record." in text(client.get(answer["Location"]))
    assert len(written(cast, category)) == before + 1
    (entry,) = entries(cast, "record.created")
    assert entry.audit["who"]["name"] == cast.doctor.name
    assert any("Dr Jonas Okafor" in json.dumps(resource) for resource in written(cast, category))


def test_the_patient_reads_who_wrote_and_what(cast: Cast) -> None:
    cast.grant(cast.doctor, "medicines", "documents", actions=BOTH)
    sign_in(cast.doctor).post(address(cast, "write", "medicine"), FORMS["medicine"][1])
    sign_in(cast.doctor).post(address(cast, "write", "note"), FORMS["note"][1])
    amara = sign_in(cast.amara)
    history = text(amara.get(reverse("patients:history")))
    assert "Dr Jonas Okafor" in history
    assert "Added to your" in history
    medicines = text(amara.get(reverse("patients:record_category", args=["medicines"])))
    assert "Ramipril 5 mg" in medicines
    assert "Dr Jonas Okafor" in medicines
    assert "Feels well. Goes on as before." in text(
        amara.get(reverse("patients:record_category", args=["documents"]))
    )


def test_it_is_offered_only_where_the_contract_says_write(cast: Cast) -> None:
    cast.grant(cast.doctor, "medicines", "vital-signs")
    page = sign_in(cast.doctor).get(address(cast, "section", "medicines"))
    assert "Add to the record" not in text(page)
    contract = cast.grant(cast.doctor, "vital-signs", actions=BOTH)
    page = sign_in(cast.doctor).get(address(cast, "section", "medicines"))
    offered = text(page).partition("Add to the record")[2].partition("What the patient sees")[0]
    assert "Vital sign" in offered
    assert "Medicine" not in offered
    cast.revoke(contract)
    assert "Add to the record" not in text(sign_in(cast.doctor).get(address(cast, "section", "medicines")))


def test_without_the_right_the_form_is_not_shown_and_sending_it_is_refused_and_entered(cast: Cast) -> None:
    cast.grant(cast.doctor, "medicines")
    client = sign_in(cast.doctor)
    shown = client.get(address(cast, "write", "medicine"))
    assert shown.status_code == 403
    assert "Your access is for reading only." in text(shown)
    sent = client.post(address(cast, "write", "medicine"), FORMS["medicine"][1])
    assert sent.status_code == 403
    assert entries(cast, "access.denied")[0].audit["action"] == "write"
    assert not entries(cast, "record.created")


def test_pressed_twice_it_is_written_once(cast: Cast) -> None:
    cast.grant(cast.doctor, "medicines", actions=BOTH)
    client = sign_in(cast.doctor)
    form = {**FORMS["medicine"][1], "form_key": new_key(cast.doctor.user)}
    places = {client.post(address(cast, "write", "medicine"), form)["Location"] for _ in range(2)}
    assert places == {address(cast, "section", "medicines")}
    assert len(entries(cast, "record.created")) == 1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"value": ""}, "Value: This field is required."),
        ({"value": "12"}, "Give one from 30 to 320 mmHg."),
        ({"second": ""}, "Give both values of a blood pressure."),
        ({"at": "2999-01-01T00:00"}, "Choose a time that is not in the future."),
        ({"what": "mood"}, "Select a valid choice."),
    ],
)
def test_what_is_wrong_is_said_above_the_form_and_nothing_is_lost(
    cast: Cast, given: dict[str, str], said: str
) -> None:
    cast.grant(cast.doctor, "vital-signs", actions=BOTH)
    form = {**FORMS["vital-sign"][1], **given}
    answer = sign_in(cast.doctor).post(address(cast, "write", "vital-sign"), form)
    assert "There is a problem" in text(answer)
    assert said in text(answer)
    assert form["at"] in answer.content.decode()
    assert not entries(cast, "record.created")


def test_a_document_is_stored_shown_and_opened_again(cast: Cast) -> None:
    cast.grant(cast.doctor, "documents", actions=BOTH)
    client, content = sign_in(cast.doctor), b"%PDF-1.7\n" + b"letter " * 200_000
    file = SimpleUploadedFile("amara.PDF", content, content_type="application/octet-stream")
    answer = client.post(address(cast, "write", "document"), {"title": "Letter", "file": file})
    page = client.get(answer["Location"])
    (document,) = [one for one in written(cast, "documents") if one["resourceType"] == "DocumentReference"]
    binary = document["content"][0]["attachment"]["url"].removeprefix("Binary/")
    assert address(cast, "document", binary) in page.content.decode()
    opened = client.get(address(cast, "document", binary))
    assert streamed(opened) == content
    assert opened["Content-Type"] == "application/pdf"
    assert opened["Content-Disposition"] == 'attachment; filename="document.pdf"'
    assert "sandbox" in opened["Content-Security-Policy"]
    assert entries(cast, "access.permitted")[0].audit["interaction"] == "read"
    (entry,) = entries(cast, "record.created")
    assert {one["type"] for one in entry.audit["resources"]} == {"Binary", "DocumentReference"}


def test_a_document_is_stored_whole_or_not_at_all(cast: Cast) -> None:
    cast.grant(cast.doctor, "documents", actions=BOTH, types=("Binary",))
    file = SimpleUploadedFile("amara.txt", b"A letter.", content_type="text/plain")
    answer = sign_in(cast.doctor).post(address(cast, "write", "document"), {"title": "Letter", "file": file})
    assert answer.status_code == 403
    assert entries(cast, "access.denied")[0].audit["action"] == "write"
    assert not entries(cast, "record.created")


def test_what_is_no_document_is_refused(cast: Cast) -> None:
    cast.grant(cast.doctor, "documents", actions=BOTH)
    client = sign_in(cast.doctor)
    wrong = {"a.exe": "Choose a PDF, PNG, JPEG, TIFF or plain text file.", "a.pdf": "is not of the type"}
    for name, said in wrong.items():
        file = SimpleUploadedFile(name, b"MZ" + b"\0" * 99)
        answer = client.post(address(cast, "write", "document"), {"title": "Letter", "file": file})
        assert said in text(answer)
    assert written(cast, "documents") == []


def test_a_document_without_a_contract_is_not_opened(cast: Cast) -> None:
    cast.grant(cast.doctor, "documents", actions=BOTH)
    file = SimpleUploadedFile("a.txt", b"A letter.")
    sign_in(cast.doctor).post(address(cast, "write", "document"), {"title": "Letter", "file": file})
    (document,) = [one for one in written(cast, "documents") if one["resourceType"] == "DocumentReference"]
    binary = document["content"][0]["attachment"]["url"].removeprefix("Binary/")
    there = [cast.practice.slug, cast.hospital.slug, cast.person, binary]
    assert sign_in(cast.outsider).get(reverse("providers:document", args=there)).status_code == 403


def test_the_record_of_somebody_unknown_takes_nothing(cast: Cast) -> None:
    nobody = "00000000-0000-0000-0000-000000000000"
    where = reverse("providers:write", args=[cast.hospital.slug, cast.hospital.slug, nobody, "note"])
    assert sign_in(cast.doctor).post(where, FORMS["note"][1]).status_code == 404


def test_it_asks_the_database_little(cast: Cast) -> None:
    cast.grant(cast.doctor, "vital-signs", actions=BOTH)
    client = sign_in(cast.doctor)
    client.get(address(cast, "write", "vital-sign"))
    with few_queries():
        client.get(address(cast, "write", "vital-sign"))
