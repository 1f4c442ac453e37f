from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from portal.accounts.identity import Caller
from tests import cast as people
from tests.cast import PASSWORD, Cast

SignIn = Callable[[Caller], Client]


@pytest.fixture
def cast(db: None) -> Cast:
    return people.build()


@pytest.fixture
def sign_in() -> SignIn:
    """A browser in which this person has typed their password."""

    def signed_in(caller: Caller) -> Client:
        client = Client()
        form = {"login": people.account_of(caller).email, "password": PASSWORD}
        assert client.post(reverse("account_login"), form).status_code == 302
        return client

    return signed_in


@pytest.fixture
def amara(cast: Cast, sign_in: SignIn) -> Client:
    return sign_in(cast.amara)
