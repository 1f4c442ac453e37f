"""The glass may be broken: with a reason, for four hours at most, to read only, and somebody else reviews it."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError

from consent import emergency, selectors, services
from consent.errors import (
    ConsentError,
    EmergencyClosed,
    EmergencyRefused,
    ReasonNeeded,
    ReviewRefused,
    StrongAuthenticationNeeded,
    UnknownEmergency,
)
from consent.models import EmergencySession
from ledger.errors import SealError
from ledger.scope import party_scope, tenant_scope
from tests.consent import cast
from tests.consent.doings import entries, reads

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("logs")]


def broken(**changes: Any) -> EmergencySession:
    return services.open_emergency(**cast.EMERGENCY | changes)


def test_an_open_session_lets_its_clinician_read_what_no_contract_permits() -> None:
    with cast.at_st_mary():
        assert not reads().permitted
        session = broken()
        decision = reads(cast.record("visits", "R", "PSY"), purpose="BTG")
        assert (decision.permitted, decision.layer, decision.ends) == (True, "emergency", session.ends)
        assert reads(purpose="TREAT").layer == "emergency"
        assert session.ends - session.starts == timedelta(hours=4)


@pytest.mark.parametrize(
    "asked",
    [
        {"action": "write"},
        {"action": "export"},
        {"purpose": "HRESCH"},
        {"actor": cast.OUTSIDER},
        {"organisation": cast.ST_MARY},
        {"person": cast.NEIGHBOUR},
    ],
)
def test_an_open_session_covers_nothing_else(asked: dict[str, Any]) -> None:
    with cast.at_st_mary():
        broken()
        assert not reads(**asked).permitted


@pytest.mark.parametrize(
    ("changes", "error", "status"),
    [
        ({"role": "administrator"}, EmergencyRefused, 403),
        ({"role": None}, EmergencyRefused, 403),
        ({"strong": False}, StrongAuthenticationNeeded, 403),
        ({"lasts": timedelta(hours=4, microseconds=1)}, EmergencyRefused, 403),
        ({"lasts": timedelta(0)}, EmergencyRefused, 403),
        ({"reason_code": "curiosity"}, ReasonNeeded, 422),
        ({"reason_code": None}, ReasonNeeded, 422),
        ({"reason": "  too short "}, ReasonNeeded, 422),
        ({"reason": "x" * 2001}, ReasonNeeded, 422),
        ({"reason": None}, ReasonNeeded, 422),
    ],
)
def test_without_role_strength_or_reason_the_glass_holds(
    changes: dict[str, Any], error: type[ConsentError], status: int
) -> None:
    with pytest.raises(error) as caught, cast.at_st_mary():
        broken(**changes)
    assert (type(caught.value), caught.value.status) == (error, status)
    assert entries() == []
    with cast.at_st_mary():
        assert selectors.emergency_sessions() == []
        assert not reads().permitted


def test_a_reason_of_ten_characters_is_enough_and_codes_may_be_spelled_freely() -> None:
    assert emergency.reason(" 1234567890 ") == "1234567890"
    assert emergency.reason_code("Life_threatening") == "life-threatening"


def test_it_is_entered_with_its_reason_and_the_row_keeps_that_sealed() -> None:
    with cast.at_st_mary():
        session = broken()
        assert selectors.reason_of(session) == cast.EMERGENCY["reason"]
        assert b"roadside" not in bytes(session.reason)
    (entry,) = entries()
    assert entry.type == "access.emergency"
    assert entry.audit["reason"] == cast.EMERGENCY["reason"]
    assert entry.audit["session"] == str(session.id)


def test_a_reason_opens_only_on_its_own_row() -> None:
    with cast.at_st_mary():
        one, other = broken(), broken()
        one.reason = other.reason
        with pytest.raises(SealError):
            selectors.reason_of(one)


def test_the_clinician_ends_it_and_nothing_more_is_read() -> None:
    with cast.at_st_mary():
        session = broken()
        services.end_emergency(session=session.id, actor=cast.DOCTOR_ELSEWHERE)
        assert not reads().permitted
        assert selectors.open_emergencies(actor=cast.DOCTOR_ELSEWHERE) == []
        with pytest.raises(EmergencyClosed):
            services.end_emergency(session=session.id, actor=cast.DOCTOR_ELSEWHERE)
    assert [entry.type for entry in entries()] == ["emergency.ended", "access.emergency"]


def test_nobody_ends_a_session_of_another() -> None:
    with cast.at_st_mary():
        session = broken()
        for key, actor in ((session.id, cast.OUTSIDER), (uuid4(), cast.DOCTOR_ELSEWHERE)):
            with pytest.raises(UnknownEmergency):
                services.end_emergency(session=key, actor=actor)
        assert reads().permitted


def test_a_privacy_officer_reviews_it_when_it_is_over() -> None:
    with cast.at_st_mary():
        session = broken()
        review: dict[str, Any] = {
            "session": session.id,
            "reviewer": cast.PRIVACY_OFFICER,
            "outcome": "justified",
            "note": "Seen, and it was right.",
        }
        assert [item.id for item in selectors.emergencies_to_review()] == [session.id]
        with pytest.raises(ReviewRefused, match="still runs"):
            services.review_emergency(**review)
        services.end_emergency(session=session.id, actor=cast.DOCTOR_ELSEWHERE)
        services.review_emergency(**review)
        assert selectors.emergencies_to_review() == []
        with pytest.raises(EmergencyClosed):
            services.review_emergency(**review)
    newest = entries()[0]
    assert (newest.type, newest.audit["outcome"]) == ("review.closed", "justified")


def test_nobody_reviews_their_own() -> None:
    note = "Seen, and it was right."
    with cast.at_st_mary():
        session = broken()
        services.end_emergency(session=session.id, actor=cast.DOCTOR_ELSEWHERE)
        with pytest.raises(ReviewRefused, match="own"):
            services.review_emergency(
                session=session.id, reviewer=cast.DOCTOR_ELSEWHERE, outcome="justified", note=note
            )
        with pytest.raises(ReviewRefused, match="one of"):
            services.review_emergency(
                session=session.id, reviewer=cast.PRIVACY_OFFICER, outcome="fine", note=note
            )
        for nothing in ("", " " * 20, "Fine.", "x" * 3000):
            with pytest.raises(ReasonNeeded):
                services.review_emergency(
                    session=session.id, reviewer=cast.PRIVACY_OFFICER, outcome="justified", note=nothing
                )
    with pytest.raises(DatabaseError, match="reviewer"), cast.at_st_mary():
        found = EmergencySession.objects.filter(id=session.id)
        found.update(reviewer=cast.DOCTOR_ELSEWHERE, reviewed_at=session.ends, outcome="justified")


@pytest.mark.parametrize(
    "change",
    [
        {"ends": cast.END + timedelta(days=300)},
        {"reason_code": "other"},
        {"actor": cast.OUTSIDER},
        {"reviewed_at": cast.NOW},
    ],
)
def test_the_database_keeps_what_was_opened(change: dict[str, Any]) -> None:
    with pytest.raises(DatabaseError), cast.at_st_mary():
        EmergencySession.objects.filter(id=broken().id).update(**change)


def test_an_ended_session_cannot_be_opened_again() -> None:
    with pytest.raises(DatabaseError, match="written once"), cast.at_st_mary():
        session = broken()
        services.end_emergency(session=session.id, actor=cast.DOCTOR_ELSEWHERE)
        EmergencySession.objects.filter(id=session.id).update(ended_at=None, ended_by=None)


def test_the_patient_and_the_clinician_see_it_and_another_organisation_does_not() -> None:
    with cast.at_st_mary():
        broken()
    for party in (cast.PATIENT, cast.DOCTOR_ELSEWHERE):
        with party_scope(party):
            assert len(selectors.emergency_sessions()) == 1
    with tenant_scope(cast.RIVERSIDE):
        assert selectors.emergency_sessions() == []
