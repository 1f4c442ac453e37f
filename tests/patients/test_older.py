"""A part with more entries than a page shows goes on: each is on one of its pages, and can be reported from there."""

import re
from datetime import date, timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from portal.records.charting import EACH
from portal.records.services import ALONE
from tests.cast import PATIENT, Cast, condition, lab, store
from tests.staff import sign_in

NEWER = date(2026, 1, 1)
MORE = 3
BEFORE = 4  # conditions that she has in the cast, two at each place


@pytest.fixture
def old(cast: Cast) -> Cast:
    """Amara with a diabetes note on each of so many days that one page does not hold them."""
    days = [NEWER - timedelta(days=number) for number in range(ALONE + MORE)]
    notes = [condition(PATIENT, f"n-{day}", "44054006", onsetDateTime=str(day)) for day in days]
    weights = [lab(PATIENT, f"w-{day}", "29463-7", 80, str(day), category="vital-signs") for day in days]
    store(cast.hospital, *notes, *weights)
    return cast


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def older(html: str) -> str:
    found = re.search(r'href="([^"]*)">Show older entries', html)
    return found.group(1) if found else ""


def reports(html: str) -> list[str]:
    """Each entry's own address: where it is reported as wrong."""
    return re.findall(r'href="([^"]+/error/[^"]*)"', html)


def test_every_entry_of_a_part_is_on_one_of_its_pages(old: Cast, amara: Client) -> None:
    first = page(amara, reverse("patients:record_category", args=["conditions"]))
    second = page(amara, older(first))
    assert older(second) == ""
    assert "Show the newest entries" in second
    names = [urlsplit(address).path for address in reports(first) + reports(second)]
    assert len(names) == len(set(names)) == ALONE + MORE + BEFORE


def test_an_old_entry_can_be_reported(old: Cast, amara: Client) -> None:
    second = page(amara, older(page(amara, reverse("patients:record_category", args=["conditions"]))))
    address = reports(second)[-1]
    assert "What is wrong" in page(amara, address)
    sent = amara.post(address, {"words": "That was my sister."})
    assert (sent.status_code, sent["Location"].startswith("/asked/")) == (302, True)


def test_old_values_of_a_test_are_reached_from_its_part(old: Cast, amara: Client) -> None:
    part = page(amara, reverse("patients:record_category", args=["vital-signs"]))
    second = page(amara, older(part))
    (weight,) = set(re.findall(r'href="(/record/vital-signs/[0-9a-f]+/[^"]*)"', second))
    values = page(amara, weight)
    assert len(reports(values)) == MORE + 1  # and the newest of the cast took a place on the first page
    assert older(values) == ""


def test_the_overview_counts_all_that_there_is(old: Cast, amara: Client) -> None:
    overview = page(amara, reverse("patients:record"))
    assert re.search(rf'Conditions</span><span class="num">{ALONE + MORE + BEFORE}<', overview)


def test_who_looks_after_her_reads_that_there_is_more_than_was_counted(old: Cast) -> None:
    old.grant(old.guardian, "conditions", kind="person", purposes=("PATRQT",))
    overview = page(sign_in(old.guardian), reverse("patients:their_record", args=[old.person]))
    assert f'Conditions</span><span class="num">{EACH} or more<' in overview
    assert re.search(r"\d+ or more older entries are in the parts", overview)


@pytest.mark.parametrize("said", ["-1", "x", "1e3", "²", "9" * 12])
def test_what_is_no_number_of_entries_leads_nowhere(amara: Client, said: str) -> None:
    address = reverse("patients:record_category", args=["conditions"])
    assert amara.get(address, {"older": said}).status_code == 404
