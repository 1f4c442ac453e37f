"""Linking an account to the patient that it is gives it the whole record, and stands in every log that holds some."""

from typing import Any

import pytest

from ledger.errors import ReadOnlyLog
from portal.accounts import selectors, services
from portal.accounts.errors import AlreadyClaimed
from tests import cast as people
from tests.cast import Cast, account_of
from tests.entries import entries_of_type, name_in


def test_it_stands_in_the_patients_own_chain_at_every_organisation(cast: Cast) -> None:
    for place in (cast.hospital, cast.practice):
        (entry,) = entries_of_type(place.id, "person.claimed")
        assert entry.audit["account"] == str(cast.amara.user)
        assert entry.subject == name_in(place.id, cast.person)


def test_who_linked_it_is_named(cast: Cast) -> None:
    user = account_of(people.make_caller("ben@example.org", "Ben Okri"))
    services.claim_person(person=cast.other, user=user, actor=cast.administrator.user)
    *_, entry = entries_of_type(cast.hospital.id, "person.claimed")
    assert entry.actor == name_in(cast.hospital.id, cast.administrator.user)


def test_the_same_again_enters_nothing_more(cast: Cast) -> None:
    services.claim_person(person=cast.person, user=account_of(cast.amara))
    with pytest.raises(AlreadyClaimed):
        services.claim_person(person=cast.person, user=account_of(cast.guardian))
    assert len(entries_of_type(cast.hospital.id, "person.claimed")) == 1


@pytest.mark.django_db(transaction=True)
def test_where_the_log_takes_no_entry_nobody_is_linked(cast: Cast, administrator: Any) -> None:
    user = account_of(people.make_caller("ben@example.org", "Ben Okri"))
    administrator.execute("UPDATE ledger_log SET read_only = true WHERE tenant_id = %s", [cast.hospital.id])
    with pytest.raises(ReadOnlyLog):
        services.claim_person(person=cast.other, user=user)
    assert selectors.account_of(cast.other) is None
