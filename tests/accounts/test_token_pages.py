"""One's own tokens in the browser: seen by their first characters, ended by a press."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from portal.accounts import selectors, services
from portal.accounts.errors import InvalidToken
from portal.accounts.models import PersonalToken
from portal.accounts.tokens import authenticate_token
from tests.cast import Cast, account_of
from tests.entries import entries_of_type, name_in
from tests.staff import few_queries, sign_in, text

pytestmark = pytest.mark.django_db
PAGE = reverse("accounts:tokens")


@pytest.fixture
def token(cast: Cast) -> str:
    return services.create_token(user=account_of(cast.amara), scopes="* sign")


@pytest.fixture
def amara(cast: Cast) -> Client:
    return sign_in(cast.amara)


def ending(token: str) -> str:
    return reverse("accounts:token_revoke", args=[PersonalToken.objects.get(prefix=token[:13]).id])


def test_the_list_says_what_each_may_do_and_shows_no_token(cast: Cast, amara: Client, token: str) -> None:
    others = services.create_token(user=account_of(cast.doctor), scopes="*")
    with few_queries():
        page = amara.get(PAGE)
    said = text(page)
    assert token[:13] in said
    assert "* sign" in said
    assert "Never used." in said
    assert token not in said
    assert others[:13] not in said
    assert "no-store" in page["Cache-Control"]


def test_a_token_that_is_ended_is_refused_at_once(cast: Cast, amara: Client, token: str) -> None:
    done = amara.post(ending(token), follow=True)
    assert f"The token {token[:13]} has ended." in text(done)
    assert "No tokens" in text(done)
    with pytest.raises(InvalidToken):
        authenticate_token(token)
    (entry,) = entries_of_type(cast.hospital.id, "token.revoked")
    assert entry.actor == name_in(cast.hospital.id, cast.amara.user)


def test_pressed_twice_it_is_gone(amara: Client, token: str) -> None:
    address = ending(token)
    assert [amara.post(address).status_code for _ in range(2)] == [302, 404]


def test_nobody_ends_anothers_token_or_ends_one_by_a_link(cast: Cast, amara: Client, token: str) -> None:
    assert sign_in(cast.doctor).post(ending(token)).status_code == 404
    assert amara.get(ending(token)).status_code == 405
    assert amara.post(reverse("accounts:token_revoke", args=[uuid4()])).status_code == 404
    assert [each.prefix for each in selectors.tokens(cast.amara.user)] == [token[:13]]


def test_a_visitor_is_asked_to_sign_in(token: str) -> None:
    for answer in (Client().get(PAGE), Client().post(ending(token))):
        assert answer["Location"].startswith(reverse("account_login"))
    assert authenticate_token(token)


def test_it_is_reached_from_the_menu_of_the_account(amara: Client) -> None:
    assert f'href="{PAGE}"' in amara.get(reverse("usersessions_list")).content.decode()
