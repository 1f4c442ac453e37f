"""A denial that comes again and again is told once at once, and once more with how often it came; none is lost."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection, connections
from django.test import override_settings

from consent.services import replay
from ledger import selectors as ledger
from ledger.scope import tenant_scope
from ledger.sequencing import drain
from portal.accounts.identity import Caller
from portal.records import services
from portal.records.access.repeating import enter_repeated
from portal.records.errors import Denied
from tests.cast import PATIENT, Cast

LAB = f"{PATIENT}-hba1c-1"


@pytest.fixture(autouse=True)
def a_while(settings: Any) -> None:
    settings.ASSENT_DENIALS_WINDOW = 60


def refused(cast: Cast, caller: Caller, key: str = LAB, **more: Any) -> Denied:
    with pytest.raises(Denied) as caught:
        services.read(caller=caller, tenant=cast.hospital.id, type="Observation", id=key, **more)
    return caught.value


def entries(cast: Cast) -> list[ledger.Entry]:
    """What her ledger says of refusals, oldest first."""
    with tenant_scope(cast.hospital.id):
        found = ledger.subject_entries(subject=cast.person, types=("access.denied", "access.repeated"))
    return list(reversed(found))


@contextmanager
def later() -> Iterator[None]:
    """When the while is over."""
    with override_settings(ASSENT_DENIALS_WINDOW=0):
        yield


def test_the_same_again_cites_the_entry_that_stands_and_is_counted(cast: Cast) -> None:
    first = refused(cast, cast.outsider)
    for number in range(3):
        again = refused(cast, replace(cast.outsider, request_id=f"call {number}"))
        assert again.promise.header() == first.promise.header()
        assert str(again) == str(first)
    assert [entry.type for entry in entries(cast)] == ["access.denied"]
    assert enter_repeated(cast.hospital.id) == 0  # not yet
    with later():
        assert enter_repeated(cast.hospital.id) == 1
        assert enter_repeated(cast.hospital.id) == 0
    one, counted = entries(cast)
    assert (one.id, counted.type) == (first.promise.promise.id, "access.repeated")
    assert (counted.audit["count"], counted.audit["repeats"]) == (3, str(one.id))
    told = {name: value for name, value in counted.audit.items() if name in one.audit}
    ours = {"time", "sentence"}
    assert {**told, **dict.fromkeys(ours)} == {**one.audit, **dict.fromkeys(ours)}
    assert counted.actor == one.actor
    assert counted.audit["sentence"].startswith("3 more times until ")
    (access, _) = services.who_has_seen(caller=cast.amara, tenant=cast.hospital.id)
    assert (access.decision, access.sentence) == ("denied", counted.audit["sentence"])


@pytest.mark.parametrize("more", ["another record", "another purpose", "another client", "another person"])
def test_what_differs_in_anything_has_an_entry_of_its_own(cast: Cast, more: str) -> None:
    refused(cast, cast.outsider)
    if more == "another record":
        refused(cast, cast.outsider, key=f"{PATIENT}-ldl-1")
    elif more == "another purpose":
        refused(cast, cast.outsider, purpose="HRESCH")
    elif more == "another client":
        refused(cast, replace(cast.outsider, client="token:assent_other"))
    else:
        refused(cast, cast.family_doctor)
    assert [entry.type for entry in entries(cast)] == ["access.denied"] * 2


def test_each_call_is_decided_anew(cast: Cast) -> None:
    refused(cast, cast.outsider)
    refused(cast, cast.outsider)
    contract = cast.grant(cast.outsider, "lab-results")
    assert services.read(caller=cast.outsider, tenant=cast.hospital.id, type="Observation", id=LAB).record
    cast.revoke(contract)
    refused(cast, cast.outsider)
    with later():
        enter_repeated(cast.hospital.id)
    assert sum(1 + entry.audit.get("count", 0) - ("count" in entry.audit) for entry in entries(cast)) == 3


def test_without_a_while_each_is_entered(cast: Cast) -> None:
    with later():
        refused(cast, cast.outsider)
        refused(cast, cast.outsider)
        enter_repeated(cast.hospital.id)
    assert [entry.type for entry in entries(cast)] == ["access.denied"] * 2


def test_a_count_that_is_not_entered_yet_is_entered_before_the_next_begins(cast: Cast) -> None:
    refused(cast, cast.outsider)
    refused(cast, cast.outsider)
    with tenant_scope(cast.hospital.id), connection.cursor() as cursor:
        cursor.execute("UPDATE records_denial SET first = first - interval '2 minutes'")
    refused(cast, cast.outsider)
    kinds = [entry.type for entry in entries(cast)]
    assert sorted(kinds) == ["access.denied", "access.denied", "access.repeated"]


def test_of_many_at_once_none_is_lost(cast: Cast) -> None:
    def call(_: int) -> None:
        try:
            refused(cast, cast.outsider)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(call, range(20)))
    with later():
        enter_repeated(cast.hospital.id)
    found = entries(cast)
    counted = sum(entry.audit.get("count", 0) for entry in found)
    assert counted + sum(entry.type == "access.denied" for entry in found) == 20
    assert len(found) < 10
    drain()
    replayed = replay(tenant=cast.hospital.id)
    assert (replayed.differs, replayed.unreplayable) == (0, 0)


def test_a_permitted_access_is_entered_each_time(cast: Cast) -> None:
    for _ in range(2):
        services.read(caller=cast.amara, tenant=cast.hospital.id, type="Observation", id=LAB)
    with tenant_scope(cast.hospital.id):
        found = ledger.subject_entries(subject=cast.person, types=("access.permitted",))
    assert len(found) == 2
