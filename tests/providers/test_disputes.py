"""What a patient disputes is shown with its entry, and only with it."""

import pytest
from django.urls import reverse

from ledger.scope import tenant_scope
from portal.cases import services
from tests.cast import PATIENT, Cast
from tests.staff import sign_in, text

pytestmark = pytest.mark.django_db
STATEMENT = "I was never given 500 mg."


def dispute(cast: Cast) -> None:
    with tenant_scope(cast.hospital.id):
        case = services.request_correction(
            person=cast.person,
            actor=cast.amara.user,
            record_type="MedicationRequest",
            record_id=f"{PATIENT}-metformin",
            words="I take 850 mg, not 500 mg.",
        )
        services.deny_correction(
            case=case.id, reviewer=cast.privacy_officer.user, ground="accurate", note="The letter says so."
        )
        services.disagree(case=case.id, person=cast.person, actor=cast.amara.user, words=STATEMENT)


def part(cast: Cast, category: str) -> str:
    about = [cast.hospital.slug, cast.hospital.slug, cast.person, category]
    return text(sign_in(cast.doctor).get(reverse("providers:section", args=about)))


def test_a_clinician_reads_the_statement_beside_the_entry(cast: Cast) -> None:
    cast.grant(cast.doctor, "medicines", "lab-results")
    assert "disagrees" not in part(cast, "medicines")
    dispute(cast)
    said = part(cast, "medicines")
    assert STATEMENT in said
    assert "The entry is accurate and complete" in said


def test_whoever_may_not_see_the_entry_learns_nothing_of_the_dispute(cast: Cast) -> None:
    cast.grant(cast.doctor, "lab-results")
    dispute(cast)
    for category in ("lab-results", "medicines"):
        assert STATEMENT not in part(cast, category)
