"""A privacy officer answers what patients ask."""

from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from ledger.scope import tenant_scope
from portal.accounts import services as accounts
from portal.cases import services
from portal.cases.selectors import cases_of_person
from portal.records.services import chart, who_has_seen
from tests.cast import MRN, PATIENT, Cast, account_of
from tests.staff import sign_in, text

pytestmark = pytest.mark.django_db
NOTE = "The letter of your family doctor says the same."


def asked(cast: Cast) -> UUID:
    cast.grant(cast.doctor, "lab-results")
    chart(caller=cast.doctor, tenant=cast.hospital.id, person=cast.person, category="lab-results")
    entry = who_has_seen(caller=cast.amara, tenant=cast.hospital.id)[0].entry
    with tenant_scope(cast.hospital.id):
        words = "I have never met this doctor."
        return services.ask_about_access(
            person=cast.person, actor=cast.amara.user, entry=entry, words=words
        ).id


def correction(cast: Cast) -> UUID:
    with tenant_scope(cast.hospital.id):
        return services.request_correction(
            person=cast.person,
            actor=cast.amara.user,
            record_type="MedicationRequest",
            record_id=f"{PATIENT}-metformin",
            words="I take 850 mg, not 500 mg.",
        ).id


def address(cast: Cast, case: UUID) -> str:
    return reverse("administration:case", args=[cast.hospital.slug, case])


def listed(cast: Cast) -> str:
    return reverse("administration:cases", args=[cast.hospital.slug])


@pytest.fixture
def officer(cast: Cast) -> Client:
    return sign_in(cast.privacy_officer)


def state(cast: Cast) -> str:
    (case,) = cases_of_person(cast.person)
    found: str = case.state
    return found


def test_what_waits_is_listed_by_record_number(cast: Cast, officer: Client) -> None:
    asked(cast)
    said = text(officer.get(listed(cast)))
    assert MRN in said
    assert "Amara" not in said


def test_a_question_is_answered_with_what_was_opened_before_ones_eyes(cast: Cast, officer: Client) -> None:
    case = asked(cast)
    said = text(officer.get(address(cast, case)))
    assert "I have never met this doctor." in said
    assert "Dr Jonas Okafor" in said
    given = {"outcome": "not-justified", "note": NOTE}
    assert officer.post(address(cast, case), given)["Location"] == listed(cast)
    assert state(cast) == "answered"


def test_who_looked_does_not_answer(cast: Cast) -> None:
    case = asked(cast)
    accounts.add_member(tenant=cast.hospital.id, user=account_of(cast.doctor), role="privacy_officer")
    himself = sign_in(cast.doctor)
    assert "Somebody else has to answer." in text(himself.get(address(cast, case)))
    refused = himself.post(address(cast, case), {"outcome": "justified", "note": NOTE})
    assert refused.status_code == 422
    assert state(cast) == "open"


def test_a_correction_is_accepted(cast: Cast, officer: Client) -> None:
    case = correction(cast)
    officer.post(address(cast, case), {"decision": "accept", "note": NOTE})
    assert state(cast) == "accepted"


def test_a_denial_needs_its_ground(cast: Cast, officer: Client) -> None:
    case = correction(cast)
    refused = officer.post(address(cast, case), {"decision": "deny", "note": NOTE})
    assert refused.status_code == 422
    assert NOTE in refused.content.decode()
    officer.post(address(cast, case), {"decision": "deny", "ground": "accurate", "note": NOTE})
    assert state(cast) == "denied"
    again = officer.post(address(cast, case), {"decision": "accept", "note": NOTE})
    assert again.status_code == 422


def test_a_correction_is_put_off_once(cast: Cast, officer: Client) -> None:
    case = correction(cast)
    given = {"decision": "extend", "note": "We wait for the archive."}
    assert officer.post(address(cast, case), given).status_code == 302
    assert officer.post(address(cast, case), given).status_code == 422


def test_only_privacy_officers_of_that_organisation(cast: Cast) -> None:
    case = asked(cast)
    for who in (cast.administrator, cast.doctor, cast.amara):
        client = sign_in(who)
        assert client.get(address(cast, case)).status_code == 403
        assert client.get(listed(cast)).status_code == 403
