"""Who looks after one's record, and letting somebody do so."""

from django.test import Client
from django.urls import reverse

from tests.cast import Cast

PAGE = reverse("patients:guardians")


def test_only_those_who_act_on_ones_behalf_are_shown(cast: Cast, amara: Client) -> None:
    cast.grant(cast.doctor, "lab-results")
    contract = cast.grant(cast.guardian, "lab-results", kind="person", purposes=("PATRQT",))
    page = amara.get(PAGE)
    assert [each.grantee for each in page.context["running"]] == ["Mats Berg"]
    cast.revoke(contract)
    page = amara.get(PAGE)
    assert (page.context["running"], len(page.context["ended"])) == ([], 1)


def test_the_way_to_share_opens_with_a_relative_chosen(cast: Cast, amara: Client) -> None:
    amara.get(reverse("patients:grant"), {"kind": "relative"})
    page = amara.get(reverse("patients:grant_step", args=["who"]))
    assert page.context["form"]["kind"].value() == "relative"
