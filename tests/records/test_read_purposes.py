"""For which purpose a record may be read: by role, by contract, and in an emergency only while one is open."""

from dataclasses import replace

import pytest

from consent import services as consent
from consent.errors import UnknownPurpose
from ledger.scope import tenant_scope
from portal.accounts.identity import Caller
from portal.accounts.scopes import parse_scopes
from portal.records.errors import Denied
from tests.cast import PATIENT, Cast
from tests.records.test_read import LAB, entries, read


def test_an_emergency_session_opens_everything_and_is_marked(cast: Cast) -> None:
    with pytest.raises(Denied):
        read(cast, cast.doctor, purpose="BTG")
    _break_the_glass(cast, cast.doctor)
    for purpose in ("BTG", "ETREAT", None):
        shown = read(cast, cast.doctor, f"{PATIENT}-low-mood", "Condition", purpose=purpose)
        assert shown.decision is not None and shown.decision.layer == "emergency"
        assert entries(cast)[0].type == "access.emergency"
    with pytest.raises(Denied):
        read(cast, cast.family_doctor)


def test_an_emergency_purpose_without_a_session_is_refused_even_where_a_contract_names_it(cast: Cast) -> None:
    cast.grant(cast.doctor, "lab-results", purposes=("TREAT", "ETREAT", "BTG"))
    read(cast, cast.doctor)
    for purpose in ("ETREAT", "BTG"):
        with pytest.raises(Denied) as caught:
            read(cast, cast.doctor, purpose=purpose)
        assert caught.value.code == "purpose-not-allowed"
    assert [entry.type for entry in entries(cast)] == ["access.denied", "access.denied", "access.permitted"]


def test_a_purpose_that_the_contract_does_not_name_is_refused(cast: Cast) -> None:
    cast.grant(cast.doctor, "lab-results")
    with pytest.raises(Denied):
        read(cast, cast.doctor, purpose="HRESCH")


def test_a_purpose_that_the_role_may_not_state_is_refused(cast: Cast) -> None:
    with pytest.raises(Denied) as caught:
        read(cast, cast.amara, purpose="TREAT")
    assert caught.value.code == "purpose-not-allowed"


def test_an_unknown_purpose_is_an_error_and_no_access(cast: Cast) -> None:
    with pytest.raises(UnknownPurpose):
        read(cast, cast.doctor, purpose="FUN")
    assert entries(cast) == []


def test_a_token_without_the_scope_is_denied_in_the_ledger(cast: Cast) -> None:
    limited = replace(cast.app, scopes=parse_scopes("profile"))
    with pytest.raises(Denied) as caught:
        read(cast, limited)
    assert caught.value.code == "insufficient-scope"
    assert entries(cast)[0].audit["client"] == "token:assent_abcdef"
    assert read(cast, cast.app).record.id == LAB


def _break_the_glass(cast: Cast, doctor: Caller) -> None:
    assert doctor.organisation is not None
    with tenant_scope(cast.hospital.id):
        consent.open_emergency(
            person=cast.person,
            actor=doctor.user,
            organisation=doctor.organisation,
            role=doctor.role,
            strong=True,
            reason_code="unconscious",
            reason="Brought in unconscious.",
        )
