"""Personal access tokens: good until they expire or are revoked, kept only as a hash."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.accounts import services
from portal.accounts.errors import InvalidToken, UnknownScope
from portal.accounts.models import PersonalToken, User
from portal.accounts.scopes import NAMED_ONLY, ORDINARY, grants, parse_scopes
from portal.accounts.tokens import authenticate_token
from tests import cast as people
from tests.cast import account_of
from tests.entries import entries_of_type, name_in


@pytest.fixture
def owner(transactional_db: None) -> User:
    return services.create_account(email="zoe@example.org", password="a long enough password")


def test_the_database_holds_no_token(owner: User) -> None:
    text = services.create_token(user=owner, scopes="*")
    row = PersonalToken.objects.get()
    stored = " ".join(str(value) for value in row.__dict__.values())
    assert text not in stored
    assert authenticate_token(text).id == row.id


@pytest.mark.parametrize("end", ["expired", "revoked", "owner inactive", "wrong", "another's case"])
def test_a_token_that_is_not_good_is_refused_without_saying_why(owner: User, end: str) -> None:
    lifetime = timedelta(seconds=-1 if end == "expired" else 60)
    text = services.create_token(user=owner, scopes="*", lifetime=lifetime)
    if end == "revoked":
        services.revoke_token(token=PersonalToken.objects.get().id)
    if end == "owner inactive":
        User.objects.update(is_active=False)
    shown = {"wrong": text[:-1], "another's case": text.swapcase()}.get(end, text)
    with pytest.raises(InvalidToken) as refused:
        authenticate_token(shown)
    assert str(refused.value) == "This token is not valid (any more). Make a new one and call again."


def test_a_use_is_recorded(owner: User) -> None:
    text = services.create_token(user=owner, scopes="*")
    authenticate_token(text)
    assert PersonalToken.objects.get().last_used is not None


def test_a_token_stands_in_every_log_where_its_owner_acts_or_is_a_patient(transactional_db: None) -> None:
    cast = people.build()
    services.add_member(tenant=cast.practice.id, user=account_of(cast.doctor), role="clinician")
    text = services.create_token(user=account_of(cast.doctor), scopes="* emergency")
    services.create_token(user=account_of(cast.amara), scopes="records.read", actor=cast.amara.user)
    for place in (cast.hospital, cast.practice):
        staff, own = entries_of_type(place.id, "token.issued")
        assert staff.audit["token"] == text[:13]
        assert staff.audit["scopes"] == ["*", "emergency"]
        assert staff.audit["expires"] > staff.audit["time"]
        assert text[13:] not in str(staff.audit)
        assert staff.subject is None
        assert own.subject == name_in(place.id, cast.person)
        assert own.actor == name_in(place.id, cast.amara.user)


def test_an_end_is_entered_once(transactional_db: None) -> None:
    cast = people.build()
    text = services.create_token(user=account_of(cast.doctor), scopes="*")
    for _ in range(2):
        services.revoke_token(token=PersonalToken.objects.get().id)
    (entry,) = entries_of_type(cast.hospital.id, "token.revoked")
    assert (entry.audit["token"], entry.audit["account"]) == (text[:13], str(cast.doctor.user))
    assert entries_of_type(cast.practice.id, "token.revoked") == []


@given(st.sets(st.sampled_from(sorted(ORDINARY | NAMED_ONLY | {"*"})), min_size=1))
def test_a_star_never_grants_what_must_be_named(words: set[str]) -> None:
    scopes = parse_scopes(" ".join(words))
    for scope in NAMED_ONLY:
        assert grants(scopes, scope) == (scope in words)
    for scope in ORDINARY:
        assert grants(scopes, scope) == (scope in words or "*" in words)


@given(st.text(max_size=30))
def test_words_that_are_no_scopes_are_refused(text: str) -> None:
    if text.split() and set(text.split()) <= ORDINARY | NAMED_ONLY | {"*"}:
        assert parse_scopes(text) == frozenset(text.split())
    else:
        with pytest.raises(UnknownScope):
            parse_scopes(text)
