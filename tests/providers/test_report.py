"""Reporting back to a patient whose contract asks for it."""

import pytest
from django.urls import reverse

from ledger.scope import tenant_scope
from ledger.selectors import subject_entries
from tests.cast import Cast
from tests.staff import sign_in, text

pytestmark = pytest.mark.django_db


def at(cast: Cast, page: str, *more: str) -> str:
    return reverse(f"providers:{page}", args=[cast.practice.slug, cast.hospital.slug, cast.person, *more])


def reports(cast: Cast) -> list[str]:
    with tenant_scope(cast.hospital.id):
        found = subject_entries(subject=cast.person, types=["report.made"])
    return [entry.audit["outcome"] for entry in found]


def test_a_report_reaches_the_contract_and_the_history_of_the_patient(cast: Cast) -> None:
    contract = cast.grant(cast.family_doctor, "lab-results", report_back=True)
    client = sign_in(cast.family_doctor)
    assert at(cast, "report") in client.get(at(cast, "section", "lab-results")).content.decode()
    said = text(client.post(at(cast, "report"), {"outcome": "appointment"}, follow=True))
    assert "The patient has your report" in said
    assert reports(cast) == ["appointment"]
    amara = sign_in(cast.amara)
    page = text(amara.get(reverse("patients:contract", args=[contract.id])))
    assert "Report back to you" in page
    assert "Please make an appointment" in page


def test_where_nobody_asked_for_a_report_there_is_none(cast: Cast) -> None:
    cast.grant(cast.family_doctor, "lab-results")
    client = sign_in(cast.family_doctor)
    assert at(cast, "report") not in client.get(at(cast, "section", "lab-results")).content.decode()
    assert "No contract of this patient" in text(client.post(at(cast, "report"), {"outcome": "letter"}))
    assert "There is a problem" in text(client.post(at(cast, "report"), {"outcome": "made-up"}))
    assert reports(cast) == []
