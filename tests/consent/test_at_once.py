"""Two changes of one contract at once, over two connections: one counts, the other is refused by name."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from consent import services
from consent.errors import ConsentError
from consent.models import Contract
from consent.signature import Signature
from tests.consent import cast
from tests.consent.doings import entries, granted

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("logs")]

Change = Callable[[Contract], Any]
TIMES = 5


def revokes(contract: Contract) -> None:
    services.revoke(contract=contract.id, actor=cast.PATIENT_USER, person=cast.PATIENT)


def suspends(contract: Contract) -> None:
    services.suspend(contract=contract.id, actor=cast.PATIENT_USER, person=cast.PATIENT)


def cosigns(contract: Contract) -> None:
    signature = Signature("reauthenticated", cast.GUARDIAN)
    services.cosign(contract=contract.id, signature=signature, cosigner=cast.GUARDIAN)


def declines(contract: Contract) -> None:
    services.decline_cosignature(contract=contract.id, cosigner=cast.GUARDIAN)


def at_once(contract: Contract, *changes: Change) -> Counter[str]:
    """What became of each: done, or the code of its refusal."""
    together = Barrier(len(changes))

    def one(change: Change) -> str:
        try:
            together.wait(30)
            with cast.at_st_mary():
                change(contract)
        except ConsentError as error:
            return error.code
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(changes)) as pool:
        return Counter(pool.map(one, changes))


def ends_of(contract: Contract) -> list[str]:
    ended = {"contract.revoked", "contract.expired", "contract.superseded"}
    own = [entry for entry in entries() if entry.audit.get("contract") == str(contract.id)]
    return [entry.type for entry in own if entry.type in ended]


def test_a_revocation_holds_whatever_comes_with_it() -> None:
    for _ in range(TIMES):
        with cast.at_st_mary():
            contract = granted()
        found = at_once(contract, revokes, suspends)
        assert found["done"] + found["contract-ended"] == 2
        assert ends_of(contract) == ["contract.revoked"]


def test_a_second_signature_and_its_refusal_are_not_both_taken() -> None:
    for _ in range(TIMES):
        with cast.at_st_mary():
            contract = granted(cosigner=cast.GUARDIAN)
        found = at_once(contract, cosigns, declines)
        assert found["done"] == 1
        with cast.at_st_mary():
            state = Contract.objects.get(id=contract.id).state
        assert (state == "active") is (ends_of(contract) == [])
