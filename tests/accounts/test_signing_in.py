"""Signing in by the form: no noise, no names in cookies, and a limit that counts each client for itself."""

import importlib
from collections.abc import Iterator
from types import ModuleType

import pytest
from django.core.cache import cache
from django.test import Client, override_settings
from django.urls import reverse

from portal.settings import accounts, environment
from tests.cast import Cast, account_of
from tests.staff import sign_in, sign_in_and_confirm, text

pytestmark = pytest.mark.django_db
LOGIN = reverse("account_login")


def test_nothing_is_said_about_having_signed_in_or_out(cast: Cast) -> None:
    client = sign_in(cast.amara)
    assert "Successfully signed in" not in text(client.get(reverse("patients:people")))
    client.post(reverse("account_logout"))
    assert "signed out" not in text(client.get(LOGIN))


def test_a_message_that_names_somebody_is_in_no_cookie(cast: Cast) -> None:
    client = sign_in_and_confirm(cast.administrator)
    page = reverse("administration:staff", args=[cast.hospital.slug])
    given = {"email": account_of(cast.guardian).email, "role": "clinician"}
    answer = client.post(page, given)
    assert not any("messages" in name for name in answer.cookies)
    assert "Mats" not in str(answer.cookies)
    assert "Mats Berg has the role now." in text(client.get(page))


@pytest.fixture
def reloaded(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The settings of accounts on a node behind a proxy."""
    monkeypatch.setattr(environment, "BEHIND_PROXY", True)
    yield importlib.reload(accounts)
    monkeypatch.undo()
    importlib.reload(accounts)


def failures(address: str, times: int) -> list[int]:
    """The statuses of so many wrong log-ins of as many accounts, which the proxy says come from this address."""
    wrong = {"password": "not the password"}
    client = Client(headers={"x-forwarded-for": f"203.0.113.1, {address}"})
    return [
        client.post(LOGIN, {**wrong, "login": f"somebody-{turn}@example.org"}).status_code
        for turn in range(times)
    ]


def test_behind_a_proxy_log_ins_are_limited_by_the_address_that_it_saw(reloaded: ModuleType) -> None:
    cache.clear()
    with override_settings(ALLAUTH_TRUSTED_PROXY_COUNT=reloaded.ALLAUTH_TRUSTED_PROXY_COUNT):
        assert 429 in failures("198.51.100.7", 31)
        assert failures("198.51.100.8", 1) == [200]
    cache.clear()


def test_without_a_proxy_what_a_client_says_of_its_address_counts_for_nothing() -> None:
    assert accounts.ALLAUTH_TRUSTED_PROXY_COUNT == 0
    cache.clear()
    failures("198.51.100.7", 31)
    assert failures("198.51.100.8", 1) == [429]
    cache.clear()
