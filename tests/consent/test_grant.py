"""A patient grants a contract: it is compiled, signed, stored for good, entered three times and in force at once."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from consent import compiler, selectors, services
from consent.errors import ConsentError, PeriodError, SignatureRefused, WrongCustodian
from consent.models import Contract, State
from consent.passkey import EVIDENCE
from consent.signature import Signature
from consent.terms import Grantee
from ledger.errors import AppendRefused, ScopeError
from ledger.scope import party_scope, tenant_scope
from ledger.selectors import subject_entries
from tests.consent import cast
from tests.consent.doings import entries, granted, reads

pytestmark = pytest.mark.django_db
usefixtures = pytest.mark.usefixtures


@usefixtures("logs")
def test_a_contract_is_in_force_as_soon_as_it_is_granted() -> None:
    with cast.at_st_mary():
        assert not reads().permitted
        contract = granted()
        decision = reads()
    assert decision.permitted
    assert decision.contract == contract.id
    assert decision.clauses == (f"{contract.code_hash}:1",)


@usefixtures("logs")
def test_what_is_stored_is_what_was_signed() -> None:
    with cast.at_st_mary():
        key = granted(categories=["lab results", "medicines"], sensitivity=["HIV"]).id
        stored = selectors.contract(key, person=cast.PATIENT)
    document = {name: getattr(stored, name) for name in ("terms", "cedar", "schema", "compiler", "sentence")}
    document |= {"language": stored.language, "template": stored.template}
    assert compiler.code_hash(document) == stored.code_hash
    assert (stored.state, stored.signature_kind) == ("active", "reauthenticated")
    assert stored.proposed_at == stored.signed_at == stored.activated_at
    assert selectors.terms_of(stored).sensitivity == ("HIV",)


@usefixtures("logs")
def test_each_step_is_an_entry_in_the_persons_history() -> None:
    with cast.at_st_mary():
        contract = granted()
    found = entries()
    assert [entry.type for entry in found] == ["contract.activated", "contract.signed", "contract.proposed"]
    for entry in found:
        assert entry.audit["contract"] == str(contract.id)
        assert entry.audit["code_hash"] == contract.code_hash
    with tenant_scope(cast.ST_MARY):
        assert subject_entries(subject=cast.NEIGHBOUR) == []


@usefixtures("logs")
def test_without_a_ledger_there_is_no_contract() -> None:
    nowhere = uuid4()
    with pytest.raises(AppendRefused), tenant_scope(nowhere):
        granted(custodian=nowhere)
    with tenant_scope(nowhere):
        assert selectors.contracts_of_person(cast.PATIENT) == []


@usefixtures("logs")
@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"terms": cast.terms(custodian=cast.RIVERSIDE)}, WrongCustodian),
        ({"terms": cast.terms(ends=datetime(2020, 1, 1, tzinfo=UTC))}, PeriodError),
        ({"signature": Signature("token", cast.OUTSIDER)}, SignatureRefused),
        (
            {"signature": Signature("passkey", cast.PATIENT_USER, dict.fromkeys(EVIDENCE, ""))},
            SignatureRefused,
        ),
    ],
)
def test_what_cannot_be_granted_leaves_nothing_behind(
    changes: dict[str, Any], error: type[ConsentError]
) -> None:
    usual: dict[str, Any] = {
        "terms": cast.terms(ends=cast.in_a_year()),
        "signature": cast.SIGNED,
        "display": cast.DISPLAY,
    }
    with pytest.raises(error) as caught, cast.at_st_mary():
        services.grant(person=cast.PATIENT, grantor=cast.PATIENT_USER, **usual | changes)
    assert (type(caught.value), caught.value.status) == (error, 422)
    assert entries() == []
    with cast.at_st_mary():
        assert selectors.contracts_of_person(cast.PATIENT) == []


def test_an_unknown_kind_of_signature_is_refused() -> None:
    with pytest.raises(SignatureRefused):
        Signature("scribble", cast.PATIENT_USER)
    with pytest.raises(SignatureRefused):
        Signature("passkey", cast.PATIENT_USER, {"signature": "AA"})


def test_nothing_is_granted_outside_a_scope() -> None:
    with pytest.raises(ScopeError):
        granted()


@usefixtures("logs")
def test_the_same_contract_may_be_granted_again_after_it_was_revoked() -> None:
    ends = cast.in_a_year()
    with cast.at_st_mary():
        first = granted(ends=ends)
        services.revoke(contract=first.id, actor=cast.PATIENT_USER)
        second = granted(ends=ends)
        assert first.code_hash == second.code_hash
        assert reads().contract == second.id


@usefixtures("logs")
def test_another_organisation_sees_nothing_of_it() -> None:
    with cast.at_st_mary():
        contract = granted()
    with tenant_scope(cast.RIVERSIDE):
        assert selectors.contracts_of_person(cast.PATIENT) == []
        assert not Contract.objects.exists()
        assert Contract.objects.filter(id=contract.id).update(state=State.REVOKED) == 0
    assert not Contract.objects.exists(), "without a scope there are no rows"


@usefixtures("logs")
def test_a_row_cannot_be_put_into_another_organisation() -> None:
    with cast.at_st_mary():
        contract = granted()
    with pytest.raises(DatabaseError, match="row-level security"), tenant_scope(cast.RIVERSIDE):
        contract.id = uuid4()
        contract.save(force_insert=True)


@usefixtures("logs")
def test_a_party_sees_its_own_contracts_at_every_organisation() -> None:
    with cast.at_st_mary():
        granted()
    with tenant_scope(cast.RIVERSIDE):
        granted(custodian=cast.RIVERSIDE)
    with party_scope(cast.PATIENT):
        assert len(selectors.contracts_of_person(cast.PATIENT)) == 2
    with party_scope(cast.NEIGHBOUR):
        assert selectors.contracts_of_person(cast.PATIENT) == []
    with party_scope(cast.PATIENT):
        assert Contract.objects.update(state=State.SUSPENDED) == 0, "to see is not to change"


@usefixtures("logs")
def test_those_it_is_granted_to_find_the_person() -> None:
    with cast.at_st_mary():
        granted()
        granted(grantee=Grantee("organisation", cast.RIVERSIDE), ends=cast.in_a_year() + timedelta(days=1))
        granted(person=cast.NEIGHBOUR, grantee=Grantee("practitioner", cast.DOCTOR_ELSEWHERE, cast.ST_MARY))
        assert len(selectors.contracts_for_grantee(cast.DOCTOR_ELSEWHERE, cast.RIVERSIDE)) == 2
    (shared,) = selectors.people_shared_with(cast.DOCTOR_ELSEWHERE, cast.RIVERSIDE)
    assert (shared.tenant, shared.person, shared.contracts) == (cast.ST_MARY, cast.PATIENT, 2)
    assert [item.contracts for item in selectors.people_shared_with(cast.OUTSIDER, cast.RIVERSIDE)] == [1]
    assert selectors.people_shared_with(cast.OUTSIDER, cast.ST_MARY) == []
    assert selectors.people_shared_with(cast.OUTSIDER, None) == []


@usefixtures("logs")
def test_the_patient_sees_who_can_see() -> None:
    with cast.at_st_mary():
        contract = granted()
        granted(starts=cast.in_a_year() - timedelta(days=1))
        granted(effect="deny")
        (viewer,) = selectors.who_can_see(cast.PATIENT)
        assert (viewer.contract, viewer.sentence) == (contract.id, contract.sentence)
        assert selectors.who_can_see(cast.NEIGHBOUR) == []


CHANGES = [
    "terms = '{}'",
    "cedar = ''",
    "sentence = 'Everybody may read everything.'",
    f"code_hash = '{'0' * 64}'",
    f"person = '{cast.NEIGHBOUR}'",
    f"grantee = '{cast.OUTSIDER}'",
    "ends = ends + interval '1 day'",
    "signature_kind = 'passkey'",
    "state = 'draft'",
    "state = 'nonsense'",
]


@usefixtures("logs")
@pytest.mark.parametrize("change", CHANGES)
def test_the_database_keeps_what_was_signed(change: str) -> None:
    with pytest.raises(DatabaseError), cast.at_st_mary():
        contract = granted()
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE consent_contract SET {change} WHERE id = %s", [contract.id])


@usefixtures("logs")
def test_no_contract_is_ever_deleted() -> None:
    with cast.at_st_mary():
        contract = granted()
        with pytest.raises(DatabaseError, match="kept"), transaction.atomic():
            contract.delete()
        assert selectors.contract(contract.id).state == "active"


@usefixtures("logs")
@pytest.mark.parametrize(
    "change",
    [{"ends": cast.NOW - timedelta(days=9)}, {"code_hash": "ff"}, {"state": "dead"}, {"grantee_kind": "app"}],
)
def test_the_database_refuses_a_contract_that_cannot_be(change: dict[str, Any]) -> None:
    with pytest.raises(DatabaseError), cast.at_st_mary():
        contract = granted(starts=datetime.now(UTC))
        for name, value in change.items():
            setattr(contract, name, value)
        contract.id = uuid4()
        contract.save(force_insert=True)
