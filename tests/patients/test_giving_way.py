"""A refusal of emergencies that its organisation does not let bind: said on Home, and on the contract."""

from django.test import Client
from django.urls import reverse

from consent.emergency_rule import Rule
from consent.services import set_emergency_rule
from ledger.scope import tenant_scope
from tests.cast import Cast
from tests.staff import text

SAID = "does not let patients"


def may_refuse(cast: Cast, refusals: bool) -> None:
    with tenant_scope(cast.hospital.id):
        set_emergency_rule(rule=Rule(refusals=refusals), actor=cast.administrator.user, give_way=1)


def test_it_is_said_for_as_long_as_it_is_so(cast: Cast, amara: Client) -> None:
    refusal = cast.grant(cast.doctor, "lab-results", effect="deny", purposes=("BTG",))
    pages = [reverse("patients:home"), reverse("patients:contract", args=[refusal.id])]
    for binds in (False, True, False):
        may_refuse(cast, binds)
        for page in pages:
            said = text(amara.get(page))
            assert (SAID in said) is not binds, (page, binds)
    cast.revoke(refusal)
    assert all(SAID not in text(amara.get(page)) for page in pages)


def test_no_other_contract_says_it(cast: Cast, amara: Client) -> None:
    for contract in (
        cast.grant(cast.doctor, "lab-results"),
        cast.grant(cast.doctor, "visits", effect="deny"),
    ):
        assert SAID not in text(amara.get(reverse("patients:contract", args=[contract.id])))
    assert SAID not in text(amara.get(reverse("patients:home")))
