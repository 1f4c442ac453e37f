"""The demo world: its own records, its accounts and its story, loaded once and then left alone."""

import time

import pytest
from django.contrib.auth import authenticate
from django.db import connection

from consent import selectors as consent
from ledger.scope import tenant_scope
from portal.accounts import selectors
from portal.demo import people, services, write
from portal.demo.story import Story
from portal.records import services as records
from portal.records.errors import Denied
from portal.records.verifying import verify_records

EXPECTED = {
    "patient@demo.example": set(),
    "guardian@demo.example": set(),
    "clinician@st-mary.example": {("st-mary", "clinician")},
    "clinician@riverside.example": {("riverside", "clinician")},
    "admin@st-mary.example": {("st-mary", "administrator")},
    "privacy@st-mary.example": {("st-mary", "privacy_officer")},
    "auditor@st-mary.example": {("st-mary", "auditor")},
    "regulator@demo.example": {("st-mary", "auditor"), ("riverside", "auditor")},
}


@pytest.fixture
def story(transactional_db: None) -> Story:
    services.load()
    return Story(selectors.organisation("st-mary"), selectors.organisation("riverside"))


def test_the_files_are_what_the_writer_writes() -> None:
    for name, resources in write.world().items():
        assert (write.FOLDER / name).read_text(encoding="utf-8") == write.written(resources), name
    files = {str(file.relative_to(write.FOLDER)) for file in write.FOLDER.rglob("*.json")}
    assert files == set(write.world())


def test_the_accounts_sign_in_and_have_their_roles(story: Story) -> None:
    accounts = services.load()
    assert {account.email for account in accounts} == set(EXPECTED)
    for account in accounts:
        user = selectors.user_by_email(account.email)
        roles = {(membership.tenant.slug, membership.role) for membership in selectors.memberships(user.id)}
        assert roles == EXPECTED[account.email]
        assert account.email in str(account) and account.password in str(account)
    patient = authenticate(email=people.PATIENT.email, password=people.password())
    assert patient == story.user(people.PATIENT)


def test_the_patient_is_one_person_at_both_organisations(story: Story) -> None:
    places = {registration.tenant.slug for registration in selectors.registrations(story.person)}
    assert places == {"st-mary", "riverside"}
    for organisation in (story.hospital, story.practice):
        chart = records.own_record(caller=story.caller(people.PATIENT), tenant=organisation.id)
        assert chart.patient.name == "Amara Lindgren"
        assert sum(len(section.records) for section in chart.sections) > 20


def test_the_story_starts_denied_for_lab_results_of_the_hospital(story: Story) -> None:
    doctor = story.caller(people.FAMILY_DOCTOR)
    with pytest.raises(Denied):
        records.chart(caller=doctor, tenant=story.hospital.id, person=story.person, category="lab-results")
    for category in ("medicines", "allergies"):
        records.chart(caller=doctor, tenant=story.hospital.id, person=story.person, category=category)
    own = story.caller(people.HOSPITAL_DOCTOR)
    records.chart(caller=own, tenant=story.hospital.id, person=story.person, category="lab-results")


def test_somebody_waits_for_an_answer_and_an_emergency_for_its_review(story: Story) -> None:
    with tenant_scope(story.hospital.id):
        assert len(consent.requests_of_person(story.person)) == 1
        assert len(consent.emergencies_to_review()) == 1


def test_the_history_is_not_empty_and_names_everybody(story: Story) -> None:
    seen = records.who_has_seen(caller=story.caller(people.PATIENT), tenant=story.hospital.id)
    assert {access.decision for access in seen} == {"permitted", "denied"}
    assert all(access.name for access in seen)
    assert {"Dr Jonas Okafor", "Dr Helen Brandt", "Dr Lena Fischer"} <= {access.name for access in seen}


def test_loading_again_changes_nothing_and_is_quick(story: Story) -> None:
    def rows() -> list[int]:
        tables = ["accounts_user", "records_version", "consent_contract", "ledger_submission", "ledger_entry"]
        counted = []
        for organisation in (story.hospital, story.practice):
            with tenant_scope(organisation.id), connection.cursor() as cursor:
                for table in tables:
                    cursor.execute(f"SELECT count(*) FROM {table}")
                    counted.append(cursor.fetchone()[0])
        return counted

    before, started = rows(), time.monotonic()
    told: list[str] = []
    services.load(told.append)
    assert time.monotonic() - started < 5
    assert told == []
    after = rows()
    assert after[:3] + after[5:8] == before[:3] + before[5:8]
    assert after[3] + after[4] == before[3] + before[4]


def test_a_load_that_was_broken_off_is_completed(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Story) -> None:
        raise KeyboardInterrupt

    for step in ("share", "ask", "visit"):
        monkeypatch.setattr(Story, step, broken)
        with pytest.raises(KeyboardInterrupt):
            services.load()
        monkeypatch.undo()
    services.load()
    story = Story(selectors.organisation("st-mary"), selectors.organisation("riverside"))
    assert story.is_told()
    with tenant_scope(story.hospital.id):
        assert len(consent.contracts_of_person(story.person)) == 3


def test_its_records_hold_against_its_ledger(story: Story) -> None:
    for organisation in (story.hospital, story.practice):
        with tenant_scope(organisation.id):
            assert list(verify_records(organisation.id)) == []
