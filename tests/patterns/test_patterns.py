"""What stands out in a log, found in its clear columns and by names that nobody opens."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ledger import selectors
from ledger.scope import tenant_scope
from portal.accounts import services as accounts
from portal.accounts.identity import Caller
from portal.patterns.services import Finding, patterns
from portal.patterns.thresholds import Thresholds, set_thresholds
from portal.records.errors import RoleNeeded
from portal.records.services import find_patient, own_record
from tests.cast import Cast, account_of, make_caller
from tests.entries import entries_of_type
from tests.patterns.conftest import SealAt
from tests.staff import few_queries, sign_in, sign_in_and_confirm, text

NOW = datetime.now(UTC)
YEARS_AGO = NOW - timedelta(days=800)


def look_for(caller: Caller, cast: Cast, *numbers: str) -> None:
    """By record number: an access to demographics, which no contract has to allow."""
    for number in numbers:
        assert find_patient(caller=caller, tenant=cast.hospital.id, mrn=number)


def found(cast: Cast, *, days: int = 30) -> list[Finding]:
    return list(patterns(caller=cast.auditor, tenant=cast.hospital.id, days=days).findings)


def measure(cast: Cast, **chosen: int) -> None:
    set_thresholds(
        caller=cast.privacy_officer, tenant=cast.hospital.id, chosen=replace(Thresholds(), **chosen)
    )


def hour_of(moment: datetime) -> int:
    return timezone.localtime(moment).hour


@pytest.fixture
def by_day(cast: Cast) -> Cast:
    """At whatever hour this test runs, it is not night."""
    measure(cast, night_from=(hour_of(NOW) + 12) % 24, night_until=(hour_of(NOW) + 13) % 24)
    return cast


def test_an_ordinary_day_shows_nothing(by_day: Cast, seal_at: SealAt) -> None:
    look_for(by_day.doctor, by_day, "SM-1", "SM-2")
    seal_at(by_day.hospital, NOW)
    assert found(by_day) == []


def test_many_patients_in_an_hour_are_found_from_the_threshold_on(cast: Cast, seal_at: SealAt) -> None:
    night = (hour_of(NOW) + 12) % 24
    look_for(cast.doctor, cast, "SM-1")
    seal_at(cast.hospital, NOW - timedelta(minutes=45))
    look_for(cast.doctor, cast, "SM-2", "SM-2")
    seal_at(cast.hospital, NOW)
    measure(cast, an_hour=3, night_from=night, night_until=(night + 1) % 24)
    assert found(cast) == [], "two patients are not three, however often"
    measure(cast, an_hour=2, night_from=night, night_until=(night + 1) % 24)
    (one,) = found(cast)
    assert (one.kind, one.name, one.patients, one.accesses, one.subject) == (
        "hour",
        "Dr Jonas Okafor",
        2,
        3,
        "",
    )
    assert one.last - one.first == timedelta(minutes=45)


def test_patients_of_different_hours_are_not_many_in_one(cast: Cast, seal_at: SealAt) -> None:
    look_for(cast.doctor, cast, "SM-1")
    seal_at(cast.hospital, NOW - timedelta(minutes=75))
    look_for(cast.doctor, cast, "SM-2")
    seal_at(cast.hospital, NOW)
    measure(cast, an_hour=2, a_night=1000)
    assert found(cast) == []


def test_a_night_goes_over_midnight_and_counts_once(cast: Cast, seal_at: SealAt) -> None:
    midnight = timezone.localtime(NOW).replace(hour=0, minute=0, second=0, microsecond=0)
    for moment, number in ((timedelta(minutes=-90), "SM-1"), (timedelta(minutes=90), "SM-2")):
        look_for(cast.doctor, cast, number)
        seal_at(cast.hospital, midnight - timedelta(days=1) + moment)
    look_for(cast.doctor, cast, "SM-1")
    seal_at(cast.hospital, midnight - timedelta(hours=12))
    measure(cast, a_night=2)
    (one,) = found(cast)
    assert (one.kind, one.patients, one.accesses) == ("night", 2, 2)
    measure(cast, a_night=3)
    assert found(cast) == []


def test_a_patient_with_the_same_surname_is_found_without_opening_a_name(
    by_day: Cast, seal_at: SealAt
) -> None:
    place = (by_day.hospital, "clinician")
    sister = make_caller(f"s@{by_day.hospital.slug}.example", "Dr Signe LINDGREN", "", place)
    look_for(sister, by_day, "SM-1", "SM-2")
    seal_at(by_day.hospital, NOW)
    (one,) = found(by_day)
    assert (one.kind, one.name, one.accesses) == ("namesake", "Dr Signe LINDGREN", 1)
    with tenant_scope(by_day.hospital.id):
        assert one.subject == selectors.known_pseudonym(by_day.person)


@pytest.fixture
def ben(by_day: Cast) -> Caller:
    """A clinician of St Mary who is a patient there, too."""
    place = (by_day.hospital, "clinician")
    found = make_caller(f"ben@{by_day.hospital.slug}.example", "Dr Ben Okri", "", place)
    accounts.claim_person(person=by_day.other, user=account_of(found))
    return found


def test_who_opens_their_own_record_at_work_is_found(by_day: Cast, ben: Caller, seal_at: SealAt) -> None:
    look_for(ben, by_day, "SM-2")
    seal_at(by_day.hospital, NOW)
    (one,) = found(by_day)
    assert (one.kind, one.name, one.accesses) == ("own", "Dr Ben Okri", 1)


def test_who_opens_their_own_record_as_a_patient_is_not(by_day: Cast, ben: Caller, seal_at: SealAt) -> None:
    patient = replace(ben, person=by_day.other, role=None, organisation=None, organisation_name="")
    own_record(caller=patient, tenant=by_day.hospital.id, category="lab-results")
    seal_at(by_day.hospital, NOW)
    assert found(by_day) == []


@pytest.mark.parametrize("times", [1, 25])
def test_nobody_hides_what_they_did_at_work_by_reading_as_a_patient_afterwards(
    by_day: Cast, ben: Caller, seal_at: SealAt, times: int
) -> None:
    look_for(ben, by_day, "SM-1", "SM-2")
    patient = replace(ben, person=by_day.other, role=None, organisation=None, organisation_name="")
    for _ in range(times):
        own_record(caller=patient, tenant=by_day.hospital.id, category="lab-results")
    seal_at(by_day.hospital, NOW)
    measure(by_day, an_hour=2, night_from=(hour_of(NOW) + 12) % 24, night_until=(hour_of(NOW) + 13) % 24)
    assert {(one.kind, one.name, one.patients) for one in found(by_day)} == {
        ("own", "Dr Ben Okri", 1),
        ("hour", "Dr Ben Okri", 2),
    }


def test_a_former_patient_is_one_for_whom_nothing_was_written_or_agreed_for_long(
    by_day: Cast, seal_at: SealAt
) -> None:
    seal_at(by_day.hospital, YEARS_AGO)  # what was imported, and everything else so far
    look_for(by_day.doctor, by_day, "SM-2")
    by_day.grant(by_day.doctor, "lab-results")
    look_for(by_day.doctor, by_day, "SM-1")
    seal_at(by_day.hospital, NOW)
    (one,) = found(by_day)
    assert (one.kind, one.name, one.accesses, one.before) == ("rest", "Dr Jonas Okafor", 1, YEARS_AGO)
    with tenant_scope(by_day.hospital.id):
        assert one.subject == selectors.known_pseudonym(by_day.other)


def test_a_patient_who_returns_to_her_own_old_record_is_no_finding(by_day: Cast, seal_at: SealAt) -> None:
    seal_at(by_day.hospital, YEARS_AGO)
    own_record(caller=by_day.amara, tenant=by_day.hospital.id, category="lab-results")
    seal_at(by_day.hospital, NOW)
    assert found(by_day) == []


def test_what_lies_before_the_time_asked_for_is_left_out(by_day: Cast, seal_at: SealAt) -> None:
    measure(by_day, an_hour=2, a_night=1000)
    look_for(by_day.doctor, by_day, "SM-1", "SM-2")
    seal_at(by_day.hospital, NOW - timedelta(days=20))
    assert found(by_day, days=7) == []
    assert [one.kind for one in found(by_day, days=30)] == ["hour"]


@pytest.mark.parametrize("who", ["doctor", "administrator", "amara", "outsider"])
def test_nobody_else_may_look(cast: Cast, who: str) -> None:
    with pytest.raises(RoleNeeded):
        patterns(caller=getattr(cast, who), tenant=cast.hospital.id)


def test_an_auditor_of_one_organisation_sees_nothing_of_another(cast: Cast) -> None:
    with pytest.raises(RoleNeeded):
        patterns(caller=cast.auditor, tenant=cast.practice.id)


@pytest.mark.parametrize("who", ["auditor", "administrator", "doctor"])
def test_only_the_privacy_officer_sets_the_thresholds(cast: Cast, who: str) -> None:
    with pytest.raises(RoleNeeded):
        set_thresholds(caller=getattr(cast, who), tenant=cast.hospital.id, chosen=Thresholds())


def newest(cast: Cast) -> selectors.Entry:
    with tenant_scope(cast.hospital.id):
        return selectors.waiting_entries(limit=1)[0]


def test_looking_stands_in_the_log_and_so_does_a_change_of_thresholds(by_day: Cast, seal_at: SealAt) -> None:
    seal_at(by_day.hospital, NOW)
    found(by_day)
    assert newest(by_day).type == "patterns.viewed"
    assert newest(by_day).audit["counts"] == {"own": 0, "namesake": 0, "hour": 0, "night": 0, "rest": 0}
    measure(by_day, an_hour=7)
    assert newest(by_day).audit["after"]["an_hour"] == 7


# The pages


@pytest.fixture
def story(by_day: Cast, seal_at: SealAt) -> Cast:
    measure(by_day, an_hour=2, a_night=1000)
    look_for(by_day.doctor, by_day, "SM-1", "SM-2")
    seal_at(by_day.hospital, NOW)
    return by_day


def page(client: Client, cast: Cast, name: str = "patterns") -> str:
    return reverse(f"auditors:{name}", args=[cast.hospital.slug])


@pytest.mark.parametrize("who", ["auditor", "privacy_officer"])
def test_a_finding_is_said_drawn_and_leads_to_its_entries(story: Cast, who: str) -> None:
    client = sign_in(getattr(story, who))
    answer = client.get(page(client, story))
    said = text(answer)
    assert "Opened the records of 2 patients" in said
    assert "Dr Jonas Okafor" in said
    assert 'class="chart strip chart--wide"' in answer.content.decode()
    (group,) = answer.context["groups"]
    entries = client.get(group.findings[0].url)
    assert len(entries.context["rows"]) == group.findings[0].count == 2
    assert client.get(entries.context["rows"][0].url).status_code == 200


def test_no_page_of_patterns_names_a_patient(story: Cast) -> None:
    client = sign_in(story.auditor)
    answer = client.get(page(client, story))
    for told in (text(answer), text(client.get(answer.context["groups"][0].findings[0].url))):
        for name in ("Amara", "Lindgren", "Okri", "SM-1", "SM-2"):
            assert name not in told


def test_the_page_asks_the_database_little(story: Cast) -> None:
    client = sign_in(story.auditor)
    client.get(page(client, story))
    with few_queries():
        client.get(page(client, story))


@pytest.mark.parametrize(
    "asked", ["", "kind=hour&actor=nobody", "kind=none&actor=" + 40 * "a", "kind=own&actor=" + 40 * "a"]
)
def test_the_address_of_no_finding_is_refused(cast: Cast, asked: str) -> None:
    client = sign_in(cast.auditor)
    assert client.get(f"{page(client, cast, 'pattern_entries')}?{asked}").status_code == 404


def test_thresholds_wait_until_who_sets_them_has_been_confirmed(cast: Cast) -> None:
    """Whoever finds a screen unlocked does not raise what would have shown them."""
    client = sign_in(cast.privacy_officer)
    given = {"an_hour": 1000, "a_night": 1000, "night_from": 23, "night_until": 5, "months_at_rest": 24}
    answer = client.post(page(client, cast, "pattern_thresholds"), given)
    assert answer["Location"].startswith(reverse("account_reauthenticate"))
    assert entries_of_type(cast.hospital.id, "patterns.changed") == []


def test_a_privacy_officer_sets_the_thresholds_on_a_page(cast: Cast) -> None:
    client = sign_in_and_confirm(cast.privacy_officer)
    given = {"an_hour": 30, "a_night": 5, "night_from": 23, "night_until": 5, "months_at_rest": 24}
    answer = client.post(page(client, cast, "pattern_thresholds"), given)
    assert answer.status_code == 302
    assert "30 patients or more within one hour" in text(client.get(answer["Location"]))
    again = client.post(page(client, cast, "pattern_thresholds"), {**given, "night_until": 23})
    assert "There is a problem" in text(again)
    assert sign_in(cast.auditor).get(page(client, cast, "pattern_thresholds")).status_code == 403


# REST


def asked(cast: Cast, who: Caller, *, scopes: str = "audit", days: str = "") -> Any:
    token = accounts.create_token(user=account_of(who), scopes=scopes)
    return Client().get(
        f"/api/v1/ledger/{cast.hospital.slug}/patterns/",
        {"days": days} if days else {},
        headers={"Authorization": f"Bearer {token}", "X-Tenant": cast.hospital.slug},
    )


def test_a_program_of_an_auditor_is_told_the_same(story: Cast) -> None:
    answer = asked(story, story.auditor).json()
    assert answer["thresholds"]["an_hour"] == 2
    (one,) = answer["findings"]
    assert (one["kind"], one["name"], one["patients"]) == ("hour", "Dr Jonas Okafor", 2)


def test_a_program_of_anybody_else_is_not(story: Cast) -> None:
    assert asked(story, story.doctor).status_code == 403
    assert asked(story, story.auditor, scopes="ledger.read").status_code == 403
    assert asked(story, story.auditor, days="8").status_code == 400
