"""The patient's pages of questions and corrections: asked once, read anywhere, told when answered."""

from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from ledger.scope import tenant_scope
from portal.cases import services
from portal.cases.selectors import cases_of_person
from portal.records.services import chart
from tests.cast import Cast
from tests.patients.conftest import newest_entry

WORDS = {"words": "I have never met this doctor."}
NOTE = "He looked at the wrong chart."


@pytest.fixture
def access(cast: Cast) -> UUID:
    cast.grant(cast.doctor, "lab-results")
    chart(caller=cast.doctor, tenant=cast.hospital.id, person=cast.person, category="lab-results")
    return newest_entry(cast, cast.hospital)


def question(cast: Cast, entry: UUID) -> str:
    return reverse("patients:question", args=[cast.hospital.slug, entry])


def correction(client: Client, category: str = "medicines") -> str:
    """The way that the page of a part offers for its first entry."""
    page = client.get(reverse("patients:record_category", args=[category]))
    found: str = page.context["items"][0].error_url
    return found


def visit(client: Client) -> tuple[str, str]:
    """The first visit on the list: where to ask, and how it stands."""
    link = client.get(reverse("patients:history")).context["days"][0].links[0]
    return link.question_url, link.asked


def test_an_access_by_somebody_else_can_be_questioned_once(cast: Cast, amara: Client, access: UUID) -> None:
    assert visit(amara) == (question(cast, access), "")
    for _ in range(2):  # a double click, or the second of two tabs
        answer = amara.post(question(cast, access), WORDS)
        assert answer.status_code == 302
    (case,) = cases_of_person(cast.person)
    assert answer["Location"] == reverse("patients:asked_one", args=[case.id])
    assert visit(amara) == ("", "Being looked at")


def test_ones_own_access_cannot(cast: Cast, amara: Client) -> None:
    amara.get(reverse("patients:record"))
    assert visit(amara) == ("", "")
    own = question(cast, newest_entry(cast, cast.hospital))
    assert amara.get(own).status_code == amara.post(own, WORDS).status_code == 422
    assert cases_of_person(cast.person) == []


def test_too_few_words_are_kept_and_the_fault_is_said(cast: Cast, amara: Client, access: UUID) -> None:
    answer = amara.post(question(cast, access), {"words": "Who?"})
    assert answer.status_code == 422
    said = answer.content.decode()
    assert "Write at least 10 characters." in said
    assert ">\nWho?</textarea>" in said
    assert cases_of_person(cast.person) == []


def test_an_answer_is_a_task_until_it_is_read(cast: Cast, amara: Client, access: UUID) -> None:
    amara.post(question(cast, access), WORDS)
    (case,) = cases_of_person(cast.person)
    with tenant_scope(cast.hospital.id):
        officer = cast.privacy_officer.user
        services.answer_question(case=case.id, reviewer=officer, outcome="not-justified", note=NOTE)
    (task,) = amara.get(reverse("patients:home")).context["tasks"]
    assert task.title == "St Mary Hospital has answered you"
    assert NOTE in amara.get(task.url).content.decode()
    assert amara.get(reverse("patients:home")).context["tasks"] == []


def test_an_error_is_reported_from_the_entry_and_stands_beside_it(cast: Cast, amara: Client) -> None:
    address = correction(amara)
    assert "metformin" not in address.lower()
    assert "Metformin 500 mg" in amara.get(address).content.decode()
    for _ in range(2):
        assert amara.post(address, {"words": "I take 850 mg, not 500 mg."}).status_code == 302
    (case,) = cases_of_person(cast.person)
    assert (case.record_type, case.record_id) == ("MedicationRequest", "amara-metformin")
    page = amara.get(reverse("patients:record_category", args=["medicines"]))
    assert [item.asked for item in page.context["items"] if item.asked] == ["Being looked at"]


def test_each_value_of_a_test_can_be_reported(cast: Cast, amara: Client) -> None:
    part = amara.get(reverse("patients:record_category", args=["lab-results"]))
    test = amara.get(part.context["measured"][0].url)
    urls = [value.error_url for value in test.context["values"]]
    assert all(urls)
    assert len(set(urls)) == len(urls)
    assert amara.get(urls[0]).status_code == 200


def test_a_denial_can_be_disagreed_with(cast: Cast, amara: Client) -> None:
    amara.post(correction(amara), {"words": "I take 850 mg, not 500 mg."})
    (case,) = cases_of_person(cast.person)
    address = reverse("patients:asked_one", args=[case.id])
    assert amara.get(address).context["form"] is None
    with tenant_scope(case.tenant_id):
        officer = cast.privacy_officer.user
        services.deny_correction(case=case.id, reviewer=officer, ground="accurate", note=NOTE)
    assert "The entry is accurate and complete" in amara.get(address).content.decode()
    assert amara.post(address, {"words": "I was never given 500 mg."}).status_code == 302
    assert "I was never given 500 mg." in amara.get(address).content.decode()
    (row,) = amara.get(reverse("patients:asked")).context["rows"]
    assert row.says == "Denied, you disagreed"


def test_what_another_patient_asked_is_not_there(
    cast: Cast, amara: Client, ben: Client, access: UUID
) -> None:
    amara.post(question(cast, access), WORDS)
    (case,) = cases_of_person(cast.person)
    assert ben.get(reverse("patients:asked_one", args=[case.id])).status_code == 404
    assert ben.post(question(cast, access), WORDS).status_code == 404
    assert ben.get(correction(amara)).status_code == 404
