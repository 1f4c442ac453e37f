"""The accounting of disclosures: what has to be in it, what the rule leaves out, and in which forms it is had."""

import csv
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from ledger.scope import tenant_scope
from ledger.selectors import subject_entries
from ledger.services import append
from portal.accounts.services import create_token
from portal.disclosures.papers import FORMATS
from portal.disclosures.services import Accounting, account_for
from portal.records.access import who
from portal.records.errors import RoleNeeded
from portal.records.services import chart, own_record
from tests.cast import MRN, PATIENT, Cast, account_of, build
from tests.staff import few_queries, sign_in, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db: None) -> Cast:
    return build()


def made(cast: Cast, *, whole: bool = False, since: datetime | None = None) -> Accounting:
    return account_for(
        caller=cast.auditor, tenant=cast.hospital.id, person=cast.person, since=since, whole=whole
    )


def disclose(cast: Cast, *, purpose: str = "HRESCH", days_ago: float = 0) -> None:
    """To somebody of another organisation, by the law and no contract: such as for a register of diseases."""
    time = datetime.now(UTC) - timedelta(days=days_ago)
    audit = {
        **who(cast.outsider),
        "time": time.isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "role": "clinician",
        "interaction": "read",
        "action": "read",
        "purpose": purpose,
        "categories": ["conditions"],
        "resources": [{"type": "Condition", "id": "one", "version": 1, "category": "conditions", "hash": ""}],
        "decision": "permitted",
        "layer": "law",
    }
    with tenant_scope(cast.hospital.id):
        append(type="access.permitted", actor=cast.outsider.user, subject=cast.person, audit=audit)


def test_it_says_date_recipient_what_and_what_for(cast: Cast) -> None:
    disclose(cast)
    (line,) = made(cast).lines
    assert (line.recipient, line.person) == ("Riverside Family Practice", "Dr Ole Fremd")
    assert (line.categories, line.records, line.purpose) == (["conditions"], 1, "HRESCH")
    assert abs(line.first - datetime.now(UTC)) < timedelta(minutes=5)


def test_several_to_one_recipient_for_one_purpose_are_one_line(cast: Cast) -> None:
    for days in (5, 3, 1):
        disclose(cast, days_ago=days)
    (line,) = made(cast).lines
    assert line.times == 3
    assert timedelta(days=3.9) < line.last - line.first < timedelta(days=4.1)


def test_what_the_rule_leaves_out_is_counted_and_listed_only_when_asked_for(cast: Cast) -> None:
    cast.grant(cast.family_doctor, "medicines")
    cast.grant(cast.doctor, "medicines")
    for caller in (cast.family_doctor, cast.doctor):
        chart(caller=caller, tenant=cast.hospital.id, person=cast.person, category="medicines")
    own_record(caller=cast.amara, tenant=cast.hospital.id, category="medicines")
    ordinary = made(cast)
    assert (list(ordinary.lines), ordinary.left_out) == ([], 3)
    grounds = {line.recipient: line.ground for line in made(cast, whole=True).lines}
    assert grounds == {
        "Riverside Family Practice": "operations",
        "St Mary Hospital": "use",
        "Amara Lindgren": "individual",
    }


def test_six_years_are_covered_and_no_more(cast: Cast) -> None:
    disclose(cast, days_ago=6 * 365)
    disclose(cast, days_ago=6 * 366 + 1)
    assert sum(line.times for line in made(cast).lines) == 1
    assert sum(line.times for line in made(cast, since=datetime(2000, 1, 1, tzinfo=UTC)).lines) == 2


def test_only_the_organisations_auditors_and_the_person_make_one(cast: Cast) -> None:
    for caller in (cast.doctor, cast.administrator, cast.guardian, cast.outsider):
        with pytest.raises(RoleNeeded):
            account_for(caller=caller, tenant=cast.hospital.id, person=cast.person)
    account_for(caller=cast.amara, tenant=cast.hospital.id, person=cast.person)
    account_for(caller=cast.privacy_officer, tenant=cast.hospital.id, person=cast.person)


def test_that_it_was_made_stands_in_the_persons_chain(cast: Cast) -> None:
    made(cast)
    with tenant_scope(cast.hospital.id):
        (entry,) = subject_entries(subject=cast.person, types=["disclosures.accounted"], limit=5)
    assert (entry.audit["role"], entry.audit["count"]) == ("auditor", 0)


def test_an_auditor_finds_it_by_number_and_reads_it(cast: Cast) -> None:
    disclose(cast)
    client = sign_in(cast.auditor)
    there = client.post(reverse("auditors:disclosures", args=[cast.hospital.slug]), {"mrn": MRN})["Location"]
    assert MRN not in there
    said = text(client.get(there))
    assert f"Patient with MRN {MRN}." in said
    assert "Riverside Family Practice, Dr Ole Fremd" in said.replace("\xa0", " ")
    with few_queries():
        client.get(there)
    unknown = client.post(reverse("auditors:disclosures", args=[cast.hospital.slug]), {"mrn": "none"})
    assert "No such patient is registered" in text(unknown)


def test_it_is_had_as_csv_and_as_pdf(cast: Cast) -> None:
    disclose(cast)
    client = sign_in(cast.auditor)

    def file(form: str) -> bytes:
        return client.get(
            reverse("auditors:accounting_file", args=[cast.hospital.slug, cast.person, form])
        ).content

    (line,) = csv.DictReader(StringIO(file("csv").decode()))
    assert (line["recipient"], line["purpose"], line["times"]) == ("Riverside Family Practice", "HRESCH", "1")
    for language in ("en", "ar"):
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        assert file("pdf").startswith(b"%PDF-")
        assert f"/Lang ({language})".encode() in file("pdf")


def test_the_command_writes_a_new_file_that_others_cannot_read(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    disclose(cast)
    out = tmp_path / "accounting.csv"
    asked = ["disclosure_report", "--tenant", cast.hospital.slug, "--patient", PATIENT, "--out", str(out)]
    call_command(*asked)
    assert out.stat().st_mode & 0o777 == 0o600
    assert "Riverside Family Practice" in out.read_text()
    assert "1 lines" in capsys.readouterr().out
    with pytest.raises(CommandError, match="exists already"):
        call_command(*asked)
    with pytest.raises(CommandError, match="No such patient"):
        call_command(*asked[:4], "nobody", "--out", str(tmp_path / "other.csv"))


def test_it_is_had_over_rest_by_auditors(cast: Cast) -> None:
    disclose(cast)
    address = reverse("api:disclosures", args=[cast.hospital.slug, PATIENT])

    def ask(caller: str, query: str = "") -> tuple[int, dict[str, object]]:
        token = create_token(user=account_of(getattr(cast, caller)), scopes="audit")
        answer = Client(headers={"Authorization": f"Bearer {token}"}).get(address + query)
        return answer.status_code, answer.json()

    status, body = ask("auditor", "?whole=true")
    assert status == 200
    assert isinstance(body["disclosures"], list)
    assert body["disclosures"][0]["recipient"] == "Riverside Family Practice"
    assert ask("privacy_officer")[0] == 200
    assert ask("doctor")[0] == 403
    assert ask("auditor", "?whole=perhaps")[0] == 400


def test_over_rest_it_is_had_as_the_files_of_the_page(cast: Cast) -> None:
    disclose(cast)
    query = "?since=2026-01-01T00:00:00Z&until=2100-01-01T00:00:00Z"
    client = sign_in(cast.auditor)
    for form, media_type in FORMATS.items():
        answer = rest(cast, "auditor", form, query)
        assert (answer.status_code, answer["Content-Type"]) == (200, media_type)
        assert answer["Content-Disposition"] == f'attachment; filename="disclosures.{form}"'
        page = reverse("auditors:accounting_file", args=[cast.hospital.slug, cast.person, form])
        assert answer.content == client.get(f"{page}?since=2026-01-01&until=2099-12-31").content
    assert rest(cast, "privacy_officer", "csv", query).status_code == 200
    (line,) = csv.DictReader(StringIO(rest(cast, "auditor", "csv", "?whole=true").content.decode()))
    assert line["recipient"] == "Riverside Family Practice"


def test_each_file_that_is_made_stands_in_the_persons_chain(cast: Cast) -> None:
    for form in FORMATS:
        rest(cast, "auditor", form)
    for wrong in ("doctor", "guardian", "outsider"):
        assert rest(cast, wrong, "csv").status_code == 403
    assert rest(cast, "amara", "csv").status_code == 200  # her own right
    with tenant_scope(cast.hospital.id):
        found = subject_entries(subject=cast.person, types=["disclosures.accounted"], limit=9)
    assert [entry.audit["role"] for entry in found] == ["patient", "auditor", "auditor"]


def test_a_file_of_no_known_form_is_not_there(cast: Cast) -> None:
    for form in ("xlsx", "CSV"):
        answer = rest(cast, "auditor", form)
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


def test_whoever_may_not_make_one_does_not_learn_who_is_a_patient(cast: Cast) -> None:
    known, unknown = (rest(cast, "doctor", "csv", patient=patient) for patient in (PATIENT, "nobody"))
    assert (known.status_code, known.json()["code"]) == (403, "role-needed")
    assert (unknown.status_code, unknown.json()["code"]) == (403, "role-needed")
    assert rest(cast, "auditor", "csv", patient="nobody").json()["code"] == "unknown-person"


def rest(cast: Cast, caller: str, form: str, query: str = "", patient: str = PATIENT) -> Any:
    token = create_token(user=account_of(getattr(cast, caller)), scopes="audit")
    address = reverse("api:disclosures-file", args=[cast.hospital.slug, patient, form])
    return Client(headers={"Authorization": f"Bearer {token}"}).get(address + query)
