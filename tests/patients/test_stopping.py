"""Stopping: at once, once, and said plainly."""

import pytest
from django.test import Client
from django.urls import reverse

from portal.records.errors import Denied
from portal.records.services import chart
from tests.cast import Cast
from tests.patients.conftest import entries_of


def test_stopping_asks_first_and_bites_at_once(cast: Cast, amara: Client) -> None:
    contract = cast.grant(cast.doctor, "lab-results")
    address = reverse("patients:contract_stop", args=[contract.id])
    asked = amara.get(address).content.decode()
    assert "They lose access now. What they already saw stays in your history." in asked
    chart(caller=cast.doctor, tenant=cast.hospital.id, person=cast.person, category="lab-results")
    assert amara.post(address)["Location"] == reverse("patients:sharing")
    with pytest.raises(Denied):
        chart(caller=cast.doctor, tenant=cast.hospital.id, person=cast.person, category="lab-results")
    shown = amara.get(reverse("patients:contract", args=[contract.id])).context["contract"]
    assert (shown.state, shown.stop_url) == ("stopped", "")


def test_a_second_submit_changes_nothing(cast: Cast, amara: Client) -> None:
    address = reverse("patients:contract_stop", args=[cast.grant(cast.doctor, "lab-results").id])
    assert [amara.post(address).status_code for _ in range(3)] == [302, 302, 302]
    assert entries_of(cast, cast.hospital, "contract.revoked") == 1
    assert amara.get(address).status_code == 302


def test_the_contract_page_shows_code_life_and_uses(cast: Cast, amara: Client) -> None:
    contract = cast.grant(cast.doctor, "lab-results")
    chart(caller=cast.doctor, tenant=cast.hospital.id, person=cast.person, category="lab-results")
    page = amara.get(reverse("patients:contract", args=[contract.id])).context
    assert page["contract"].code == contract.cedar
    assert [fact.name for fact in page["facts"]] == [
        "Held by",
        "Fingerprint",
        "Written",
        "Signed",
        "In force",
    ]
    assert [link.who for link in page["links"]] == ["Dr Jonas Okafor"]
