"""A clinician asks for access; the patient approves by a contract, or declines."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError

from consent import selectors, services
from consent.errors import (
    ConsentError,
    EmptyTerms,
    PeriodError,
    RequestClosed,
    RequestMalformed,
    UnknownCategory,
    UnknownPurpose,
    UnknownRequest,
)
from consent.models import Contract, ContractRequest
from consent.terms import Grantee
from ledger.scope import party_scope, tenant_scope
from tests.consent import cast
from tests.consent.doings import entries, reads

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("logs")]


def asked(**changes: Any) -> ContractRequest:
    usual: dict[str, Any] = {
        "person": cast.PATIENT,
        "requester": cast.DOCTOR_ELSEWHERE,
        "organisation": cast.RIVERSIDE,
        "categories": ["Lab results", "medicines"],
        "purposes": ["TREAT"],
        "ends": cast.in_a_year(),
        "message": "For your visit on Friday.",
    }
    return services.request_access(**usual | changes)


def approved(request: ContractRequest, **changes: Any) -> Contract:
    usual: dict[str, Any] = {"ends": request.ends, "categories": request.categories}
    return services.grant(
        person=request.person,
        grantor=cast.PATIENT_USER,
        terms=cast.terms(**usual | changes),
        signature=cast.SIGNED,
        display=cast.DISPLAY,
        request=request.id,
    )


def test_a_request_permits_nothing_by_itself() -> None:
    with cast.at_st_mary():
        asked()
        assert not reads().permitted


def test_the_patient_finds_the_request_and_its_message() -> None:
    with cast.at_st_mary():
        request = asked()
        (found,) = selectors.requests_of_person(cast.PATIENT)
        assert found.id == request.id
        assert found.categories == ["lab-results", "medicines"]
        assert selectors.message_of(found) == "For your visit on Friday."
        assert b"Friday" not in bytes(found.message)
    (entry,) = entries()
    assert (entry.type, entry.audit["request"]) == ("request.made", str(request.id))
    assert "Friday" not in str(entry.audit)


def test_approving_is_granting() -> None:
    with cast.at_st_mary():
        request = asked()
        contract = approved(request)
        assert reads(cast.record("medicines")).contract == contract.id
        assert selectors.requests_of_person(cast.PATIENT) == []
        (found,) = selectors.requests_by(cast.DOCTOR_ELSEWHERE)
        assert (found.state, found.answered_by, found.contract) == ("approved", cast.PATIENT_USER, contract)


def test_the_patient_may_narrow_what_was_asked() -> None:
    with cast.at_st_mary():
        approved(asked(), categories=["medicines"])
        assert reads(cast.record("medicines")).permitted
        assert not reads(cast.record("lab-results")).permitted


def test_a_request_may_be_approved_for_the_organisation_that_asked() -> None:
    with cast.at_st_mary():
        approved(asked(), grantee=Grantee("organisation", cast.RIVERSIDE))
        assert reads(actor=cast.OUTSIDER).permitted


@pytest.mark.parametrize("changes", [{"grantee": Grantee("practitioner", cast.OUTSIDER)}, {"effect": "deny"}])
def test_a_contract_with_somebody_else_answers_no_request(changes: dict[str, Any]) -> None:
    with cast.at_st_mary():
        request = asked()
    with pytest.raises(RequestMalformed), cast.at_st_mary():
        approved(request, **changes)
    with cast.at_st_mary():
        assert len(selectors.requests_of_person(cast.PATIENT)) == 1
        assert selectors.contracts_of_person(cast.PATIENT) == []


def test_the_patient_may_decline() -> None:
    with cast.at_st_mary():
        request = asked()
        services.decline_request(request=request.id, actor=cast.PATIENT_USER, person=cast.PATIENT)
        assert selectors.requests_of_person(cast.PATIENT) == []
        assert selectors.request(request.id, person=cast.PATIENT).state == "declined"
    assert entries()[0].type == "request.declined"


def test_a_request_is_answered_once() -> None:
    with cast.at_st_mary():
        request = asked()
        services.decline_request(request=request.id, actor=cast.PATIENT_USER, person=cast.PATIENT)
    with pytest.raises(RequestClosed) as caught, cast.at_st_mary():
        approved(request)
    assert caught.value.status == 409
    with pytest.raises(RequestClosed), cast.at_st_mary():
        services.decline_request(request=request.id, actor=cast.PATIENT_USER, person=cast.PATIENT)


@pytest.mark.parametrize("person", [cast.NEIGHBOUR, cast.PATIENT])
def test_a_request_of_another_or_of_nobody_is_unknown(person: Any) -> None:
    with cast.at_st_mary():
        request = asked().id if person == cast.NEIGHBOUR else uuid4()
        with pytest.raises(UnknownRequest):
            services.decline_request(request=request, actor=cast.PATIENT_USER, person=person)
        with pytest.raises(UnknownRequest):
            selectors.request(request, person=person)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"categories": ["horoscopes"]}, UnknownCategory),
        ({"categories": []}, EmptyTerms),
        ({"purposes": ["MARKETING"]}, UnknownPurpose),
        ({"ends": cast.NOW - timedelta(days=3650)}, PeriodError),
        ({"message": "x" * 1001}, RequestMalformed),
        ({"message": "nul\x00"}, RequestMalformed),
    ],
)
def test_a_request_for_what_no_contract_could_say_is_refused(
    changes: dict[str, Any], error: type[ConsentError]
) -> None:
    with pytest.raises(error) as caught, cast.at_st_mary():
        asked(**changes)
    assert (type(caught.value), caught.value.status) == (error, 422)
    assert entries() == []


def test_a_request_is_seen_by_those_it_concerns_only() -> None:
    with cast.at_st_mary():
        asked()
    for party in (cast.PATIENT, cast.DOCTOR_ELSEWHERE):
        with party_scope(party):
            assert len(selectors.requests_of_person(cast.PATIENT)) == 1
    with tenant_scope(cast.RIVERSIDE):
        assert selectors.requests_of_person(cast.PATIENT) == []


def test_an_answer_is_not_taken_back() -> None:
    with pytest.raises(DatabaseError), cast.at_st_mary():
        request = asked()
        services.decline_request(request=request.id, actor=cast.PATIENT_USER, person=cast.PATIENT)
        ContractRequest.objects.filter(id=request.id).update(state="open", answered_at=None, answered_by=None)
