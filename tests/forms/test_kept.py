"""The session ends while somebody types: after they are signed in again the text is back, for them and nobody else."""

import re

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from portal.accounts.identity import Caller
from portal.accounts.sealing import fernet
from portal.staff import kept
from tests import cast as people
from tests.cast import PASSWORD, Cast, account_of
from tests.staff import sign_in

TYPED = "I was not at the hospital on that day, and I know nobody there."


@pytest.fixture
def cast(db: None) -> Cast:
    return people.build()


@pytest.fixture
def page(cast: Cast) -> str:
    """Where Amara writes that a medicine is wrong."""
    client = sign_in(cast.amara)
    part = client.get(reverse("patients:record_category", args=["medicines"]))
    found: str = part.context["items"][0].error_url
    return found


def key_on(client: Client, page: str) -> str:
    found = re.search(r'name="form_key" value="([^"]+)"', client.get(page).content.decode())
    assert found
    return found[1]


def typed_in_vain(cast: Cast, page: str) -> Client:
    """Amara's browser, whose session ended before she sent her form."""
    client = sign_in(cast.amara)
    key = key_on(client, page)
    Session.objects.all().delete()
    answer = client.post(page, {"form_key": key, "words": TYPED, "password": "secret-to-be-dropped"})
    assert answer["Location"] == f"{reverse('account_login')}?next={page}"
    return client


def signs_in(client: Client, caller: Caller) -> None:
    cache.clear()
    given = {"login": account_of(caller).email, "password": PASSWORD}
    assert client.post(reverse("account_login"), given).status_code == 302


def test_the_text_is_back_and_nothing_was_sent(cast: Cast, page: str) -> None:
    client = typed_in_vain(cast, page)
    signs_in(client, cast.amara)
    answer = client.get(page)
    said = answer.content.decode()
    assert f">\n{TYPED}</textarea>" in said
    assert "nothing was sent" in said
    assert client.get(reverse("patients:asked")).context["rows"] == []
    assert client.post(page, {"form_key": key_on(client, page), "words": TYPED}).status_code == 302
    assert TYPED not in client.get(page).content.decode()


def test_somebody_else_who_signs_in_there_is_not_shown_it(cast: Cast, page: str, client: Client) -> None:
    client = typed_in_vain(cast, page)
    signs_in(client, cast.guardian)
    client.get(reverse("patients:people"))
    assert kept.KEY not in client.session
    assert TYPED not in client.get(page, follow=True).content.decode()


def test_it_waits_sealed_and_without_passwords(cast: Cast, page: str) -> None:
    client = typed_in_vain(cast, page)
    (row,) = Session.objects.all()
    held = row.get_decoded()[kept.KEY]
    assert TYPED not in str(row.get_decoded())
    opened = fernet(kept.LABEL).decrypt(held.encode()).decode()
    assert TYPED in opened
    assert "secret-to-be-dropped" not in opened
    signs_in(client, cast.amara)


def test_it_is_let_go_after_an_hour(cast: Cast, page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    client = typed_in_vain(cast, page)
    signs_in(client, cast.amara)
    monkeypatch.setattr(kept, "LASTS_SECONDS", -1)
    assert TYPED not in client.get(page).content.decode()


def test_a_visitor_without_a_form_of_ours_leaves_nothing(cast: Cast, page: str) -> None:
    client = Client()
    client.post(page, {"words": TYPED})
    assert Session.objects.count() <= 1  # that of the fixture
    assert kept.KEY not in client.session
