"""The list of who looked, narrowed: what fits is shown, what does not is passed over, and no address names anybody."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ledger.sequencing import drain
from portal.patients import looks
from portal.records.errors import Denied
from portal.records.services import chart
from tests.cast import Cast

HISTORY = reverse("patients:history")


@pytest.fixture
def looked(cast: Cast) -> Cast:
    """The doctor looked at lab results and medicines, the family doctor at conditions; the outsider was refused."""
    cast.grant(cast.doctor, "lab-results", "medicines")
    cast.grant(cast.family_doctor, "conditions", custodian=cast.practice)
    for category in ("lab-results", "medicines"):
        chart(caller=cast.doctor, tenant=cast.hospital.id, person=cast.person, category=category)
    chart(caller=cast.family_doctor, tenant=cast.practice.id, person=cast.person, category="conditions")
    with pytest.raises(Denied):
        chart(caller=cast.outsider, tenant=cast.practice.id, person=cast.person, category="medicines")
    return cast


def whos(client: Client, **asked: Any) -> set[str]:
    days = client.get(HISTORY, asked).context["days"]
    return {link.who for day in days for link in day.links}


def test_without_a_filter_everybody_is_there(looked: Cast, amara: Client) -> None:
    assert whos(amara) == {"Dr Jonas Okafor", "Dr Helen Brandt", "Dr Ole Fremd"}


def test_each_filter_narrows(looked: Cast, amara: Client) -> None:
    today = timezone.localdate()
    assert whos(amara, who=looked.doctor.user) == {"Dr Jonas Okafor"}
    assert whos(amara, place=looked.practice.slug) == {"Dr Helen Brandt", "Dr Ole Fremd"}
    assert whos(amara, part="conditions") == {"Dr Helen Brandt"}
    assert whos(amara, kind="refused") == {"Dr Ole Fremd"}
    assert whos(amara, kind="emergency") == set()
    assert whos(amara, since=today - timedelta(days=1), until=today + timedelta(days=1)) == whos(amara)
    assert whos(amara, until=today - timedelta(days=2)) == set()
    assert whos(amara, place=looked.practice.slug, part="medicines") == {"Dr Ole Fremd"}


def test_each_entry_of_the_record_leads_to_whoever_has_seen_it(looked: Cast, amara: Client) -> None:
    def seen(item: Any) -> set[str]:
        visits = amara.get(item.seen_url)
        assert "one entry of your record" in visits.context["filtered"]
        return {link.who for day in visits.context["days"] for link in day.links}

    conditions = amara.get(reverse("patients:record_category", args=["conditions"])).context["items"]
    assert {item.place: seen(item) for item in conditions} == {
        looked.practice.name: {"Dr Helen Brandt", "You"},
        looked.hospital.name: {"You"},
    }
    labs = amara.get(reverse("patients:record_category", args=["lab-results"])).context["measured"]
    value = amara.get(labs[0].url).context["values"][0]
    assert seen(value) == {"Dr Jonas Okafor", "You"}


def test_the_entry_of_somebody_else_was_seen_by_nobody(looked: Cast, amara: Client) -> None:
    assert whos(amara, entry="0123456789abcdef") == set()
    assert whos(amara, entry="lab/1") == whos(amara)  # no name of an entry: narrows nothing


def test_whoever_looked_can_be_chosen_by_name_and_stands_in_the_address_as_an_id(
    looked: Cast, amara: Client
) -> None:
    choices = dict(amara.get(HISTORY).context["filters"].fields["who"].choices)
    assert choices[str(looked.doctor.user)] == "Dr Jonas Okafor"
    assert str(looked.amara.user) not in choices


def test_a_filter_that_makes_no_sense_narrows_nothing(looked: Cast, amara: Client) -> None:
    for asked in ({"who": "nobody"}, {"kind": "all"}, {"since": "yesterday"}, {"place": "elsewhere"}):
        assert whos(amara, **asked) == whos(amara), asked


def test_a_filtered_list_is_not_live_and_says_what_it_shows(looked: Cast, amara: Client) -> None:
    context = amara.get(HISTORY, {"part": "conditions"}).context
    assert (context["live_src"], context["filtered"]) == ("", "Conditions")


@pytest.mark.django_db(transaction=True)
def test_a_filter_reads_on_where_the_page_before_ended(
    looked: Cast, amara: Client, no_other_sequencer: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    drain()
    monkeypatch.setattr(looks, "SEARCHED", 1)
    found, address = set(), f"{HISTORY}?kind=seen"
    for _ in range(10):
        context = amara.get(address).context
        found |= {link.who for day in context["days"] for link in day.links}
        address = context["more_url"]
        if not address:
            break
    assert found == {"Dr Jonas Okafor", "Dr Helen Brandt"}
