from collections.abc import Callable
from uuid import UUID

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from ledger.scope import tenant_scope
from portal.accounts.identity import Caller
from portal.accounts.models import Organisation
from portal.accounts.services import claim_person
from portal.records.services import who_has_seen
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
        cache.clear()  # the limit of log-ins a minute counts all tests together
        client = Client()
        form = {"login": people.account_of(caller).email, "password": PASSWORD}
        assert client.post(reverse("account_login"), form).status_code == 302
        return client

    return signed_in


@pytest.fixture
def amara(cast: Cast, sign_in: SignIn) -> Client:
    return sign_in(cast.amara)


@pytest.fixture
def ben(cast: Cast, sign_in: SignIn) -> Client:
    """Another patient of St Mary, who has claimed his record."""
    caller = people.make_caller(f"ben@{cast.hospital.slug}.example", "Ben Okri")
    claim_person(person=cast.other, user=people.account_of(caller))
    return sign_in(caller)


def newest_entry(cast: Cast, where: Organisation) -> UUID:
    """The newest access to Amara's record there."""
    return who_has_seen(caller=cast.amara, tenant=where.id)[0].entry


def entries_of(cast: Cast, where: Organisation, *types: str) -> int:
    """How many entries of these types Amara's chain has there."""
    from ledger.selectors import subject_entries

    with tenant_scope(where.id):
        return len(subject_entries(subject=cast.person, types=types, limit=500))
