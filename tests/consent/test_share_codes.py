"""A share code lets its holder ask, once; the patient lets them in; an ordinary contract then shows what she chose."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from consent import services, share_codes
from consent.errors import EmptyTerms, ShareCodeRefused, SignatureTooWeak, UnknownCategory, UnknownShare
from consent.models import Contract, ShareCode
from consent.services import Knock
from ledger.scope import party_scope, tenant_scope
from tests.consent import cast
from tests.consent.doings import entries, reads

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("logs")]
NAME = "Dr Ana Reis"


def offered(*categories: str) -> tuple[ShareCode, str]:
    with cast.at_st_mary():
        return services.offer_share(
            person=cast.PATIENT, actor=cast.PATIENT_USER, categories=categories or ["lab-results"]
        )


def knocks(code: str, *, born: bool = True, name: str = NAME) -> Knock:
    return services.knock(code=code, name=name, born=lambda person: born and person == cast.PATIENT)


def admits(share: UUID, **changes: Any) -> ShareCode:
    usual: dict[str, Any] = {
        "share": share,
        "person": cast.PATIENT,
        "actor": cast.PATIENT_USER,
        "signature": cast.SIGNED,
        "custodian": "St Mary Hospital",
    }
    with cast.at_st_mary():
        return services.admit(**usual | changes)


def let_in(*categories: str) -> Knock:
    made, code = offered(*categories)
    found = knocks(code)
    admits(made.id)
    return found


def may_read(found: Knock, category: str = "lab-results") -> bool:
    with tenant_scope(found.tenant):
        return reads(cast.record(category), actor=found.viewer, organisation=None).permitted


def state_of(found: Knock) -> str:
    with tenant_scope(found.tenant):
        return services.viewing(share=found.share, viewer=found.viewer).state


def told() -> list[str]:
    """The types of what the ledger says about the patient."""
    return [entry.type for entry in entries()]


@contextmanager
def later(administrator: Any, found: ShareCode, by: timedelta) -> Iterator[None]:
    """As if the code had been made that much earlier; a superuser alone can do that."""
    administrator.execute(
        "UPDATE consent_sharecode SET offered_at = offered_at - %s, expires = expires - %s WHERE id = %s",
        [by, by, found.id],
    )
    yield


def test_who_was_let_in_reads_what_was_chosen_and_nothing_else() -> None:
    found = let_in("lab-results", "medicines")
    assert may_read(found, "lab-results")
    assert may_read(found, "medicines")
    assert not may_read(found, "conditions")


def test_a_code_alone_shows_nothing() -> None:
    _made, code = offered()
    found = knocks(code)
    assert state_of(found) == "asked"
    assert not may_read(found)


def test_what_is_sensitive_stays_closed() -> None:
    found = let_in("lab-results")
    with cast.at_st_mary():
        record = cast.record("lab-results", "HIV")
        assert not reads(record, actor=found.viewer, organisation=None).permitted


def test_stopping_bites_at_once() -> None:
    found = let_in()
    with cast.at_st_mary():
        services.end_share(share=found.share, person=cast.PATIENT, actor=cast.PATIENT_USER)
    assert not may_read(found)
    assert state_of(found) == "ended"


def test_revoking_the_contract_ends_the_share_too() -> None:
    found = let_in()
    with cast.at_st_mary():
        contract = Contract.objects.get(grantee=found.viewer)
        services.revoke(contract=contract.id, actor=cast.PATIENT_USER)
        assert services.shares_of(cast.PATIENT) == []
    assert state_of(found) == "ended"


def test_the_session_lasts_an_hour() -> None:
    found = let_in()
    with cast.at_st_mary():
        contract = Contract.objects.get(grantee=found.viewer)
    assert contract.activated_at is not None
    assert abs(contract.ends - contract.activated_at - share_codes.SESSION) < timedelta(seconds=1)


def test_a_code_works_once() -> None:
    _made, code = offered()
    knocks(code)
    with pytest.raises(ShareCodeRefused):
        knocks(code)


def test_five_wrong_birth_dates_end_the_code() -> None:
    _made, code = offered()
    for _ in range(share_codes.TRIES):
        with pytest.raises(ShareCodeRefused):
            knocks(code, born=False)
    with pytest.raises(ShareCodeRefused):
        knocks(code)
    assert told().count("share.refused") == share_codes.TRIES


def test_every_refusal_says_the_same() -> None:
    _made, code = offered()
    said = set()
    for given, born in ((share_codes.draw(), True), (code, False), ("", True), ("not a code", True)):
        with pytest.raises(ShareCodeRefused) as refused:
            knocks(given, born=born)
        said.add(str(refused.value))
    assert len(said) == 1


def test_a_new_code_ends_one_that_waits() -> None:
    _made, first = offered()
    _again, second = offered()
    with pytest.raises(ShareCodeRefused):
        knocks(first)
    assert knocks(second)


def test_nobody_is_let_in_who_did_not_ask_or_twice() -> None:
    made, code = offered()
    with pytest.raises(UnknownShare):
        admits(made.id)
    knocks(code)
    admits(made.id)
    with pytest.raises(UnknownShare):
        admits(made.id)


def test_only_its_own_patient_lets_in_and_ends() -> None:
    made, code = offered()
    knocks(code)
    with pytest.raises(UnknownShare):
        admits(made.id, person=cast.NEIGHBOUR)
    with pytest.raises(UnknownShare), cast.at_st_mary():
        services.end_share(share=made.id, person=cast.NEIGHBOUR, actor=cast.OUTSIDER)


def test_only_who_knocked_sees_how_it_stands() -> None:
    found = let_in()
    with pytest.raises(UnknownShare), cast.at_st_mary():
        services.viewing(share=found.share, viewer=cast.OUTSIDER)


def test_where_only_passkeys_sign_nobody_is_let_in_by_a_password() -> None:
    made, code = offered()
    knocks(code)
    with cast.at_st_mary():
        services.set_signature_rule(kinds=["passkey"], actor=cast.ADMINISTRATOR)
    with pytest.raises(SignatureTooWeak):
        admits(made.id)


@pytest.mark.parametrize(("categories", "error"), [((), EmptyTerms), (("secrets",), UnknownCategory)])
def test_a_code_is_for_parts_that_there_are(categories: tuple[str, ...], error: type[Exception]) -> None:
    with pytest.raises(error), cast.at_st_mary():
        services.offer_share(person=cast.PATIENT, actor=cast.PATIENT_USER, categories=categories)


@pytest.mark.parametrize("name", ["", "A", "x" * 121, "Dr\x00Reis", "Dr\u202eReis"])
def test_who_asks_says_who_they_are(name: str) -> None:
    _made, code = offered()
    with pytest.raises(ShareCodeRefused):
        knocks(code, name=name)


def test_the_code_is_kept_nowhere_and_the_name_is_sealed() -> None:
    made, code = offered()
    knocks(code)
    with cast.at_st_mary():
        row = ShareCode.objects.get(id=made.id)
        assert NAME.encode() not in bytes(row.viewer_name or b"")
        assert services.viewer_name(row) == NAME
        plain = code.replace("-", "")
        assert all(plain not in str(entry) for entry in entries())


def test_a_code_is_the_same_however_it_is_typed() -> None:
    code = share_codes.draw()
    assert share_codes.lookup_of(code.lower().replace("-", " ")) == share_codes.lookup_of(code)
    assert share_codes.lookup_of(code.replace("O", "0").replace("I", "1")) == share_codes.lookup_of(code)


def test_the_whole_life_stands_in_the_ledger() -> None:
    found = let_in()
    with cast.at_st_mary():
        services.end_share(share=found.share, person=cast.PATIENT, actor=cast.PATIENT_USER)
    for kind in ("share.offered", "share.asked", "share.admitted", "share.ended"):
        assert told().count(kind) == 1, kind


def test_another_organisation_sees_nothing_of_it() -> None:
    made, code = offered()
    with tenant_scope(cast.RIVERSIDE):
        assert not ShareCode.objects.filter(id=made.id).exists()
    with party_scope(share_codes.lookup_of(code)):
        assert ShareCode.objects.filter(id=made.id).exists()


@pytest.mark.django_db(transaction=True)
def test_after_ten_minutes_a_code_opens_nothing(administrator: Any) -> None:
    made, code = offered()
    administrator.execute("ALTER TABLE consent_sharecode DISABLE TRIGGER written_once")
    try:
        with later(administrator, made, share_codes.LASTS), pytest.raises(ShareCodeRefused):
            knocks(code)
    finally:
        administrator.execute("ALTER TABLE consent_sharecode ENABLE TRIGGER written_once")
    with cast.at_st_mary():
        assert services.shares_of(cast.PATIENT) == []
