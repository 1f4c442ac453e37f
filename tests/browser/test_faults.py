"""What goes wrong in front of a browser: twice the same, another tab, a session that ends, a laptop that slept."""

import re
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from consent import selectors as consent
from ledger.scope import party_scope
from portal.records.services import chart
from tests.browser.conftest import SeatOf
from tests.browser.staff import Seat
from tests.browser.test_live import connected
from tests.browser.test_patient_journey import fill_in_by_mouse
from tests.cast import PASSWORD, Cast, account_of
from tests.serving import Node

pytestmark = pytest.mark.browser


def contracts(cast: Cast) -> list[Any]:
    with party_scope(cast.person):
        return consent.contracts_of_person(cast.person)


def signs(page: Page) -> None:
    page.get_by_role("button", name="Sign and share").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()


def test_back_and_sign_again_is_one_contract(cast: Cast, seat_of: SeatOf) -> None:
    with seat_of(cast.amara) as seat:
        page = seat.page
        fill_in_by_mouse(seat, cast)
        signs(page)
        expect(page.get_by_text("Signed. Sharing has started")).to_be_visible()
        signed = page.url
        page.evaluate("history.go(-2)")  # over the question who it is
        page.wait_for_url(lambda address: address != signed)
        again = page.get_by_role("button", name="Sign and share")
        if again.count():
            again.dblclick()
            expect(page).not_to_have_url(re.compile("/check/"))
        assert len(contracts(cast)) == 1
        seat.go(signed.removeprefix(seat.node.url))
        expect(page.get_by_role("link", name="Stop sharing")).to_be_visible()


def test_two_tabs_sign_one_contract(cast: Cast, seat_of: SeatOf) -> None:
    with seat_of(cast.amara) as seat:
        fill_in_by_mouse(seat, cast)
        other = seat.context.new_page()
        other.goto(seat.page.url)
        signs(seat.page)
        expect(seat.page.get_by_text("Signed. Sharing has started")).to_be_visible()
        other.get_by_role("button", name="Sign and share").click()
        expect(other).not_to_have_url(re.compile("/check/"))
        assert len(contracts(cast)) == 1


def signs_in_again(seat: Seat, cast: Cast) -> None:
    seat.page.get_by_label("E-mail").fill(account_of(cast.amara).email)
    seat.page.get_by_label("Password").fill(PASSWORD)
    seat.page.keyboard.press("Enter")


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_all_answers_of_sharing_survive_the_end_of_the_session(
    cast: Cast, seat_of: SeatOf, javascript: bool
) -> None:
    """Those that were typed just now, and those of the pages before; in the middle, and before the signature."""
    with seat_of(cast.amara, javascript=javascript) as seat:
        page = seat.page
        fill_in_by_mouse(seat, cast)
        page.get_by_role("link", name="Back").click()
        page.get_by_label("90 days").check()
        Session.objects.all().delete()
        page.get_by_role("button", name="Continue").click()
        signs_in_again(seat, cast)
        expect(page.get_by_text("nothing was sent")).to_be_visible()
        expect(page.get_by_label("90 days")).to_be_checked()
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_role("heading", name="Check, then sign")).to_be_visible()
        Session.objects.all().delete()
        page.get_by_role("button", name="Sign and share").click()
        signs_in_again(seat, cast)
        expect(page.get_by_role("heading", name="Check, then sign")).to_be_visible()
        assert contracts(cast) == []
        signs(page)
        expect(page.get_by_text("Signed. Sharing has started")).to_be_visible()
        assert len(contracts(cast)) == 1


def test_a_laptop_that_slept_says_so_and_shows_what_it_missed_once(
    cast: Cast, node: Node, seat_of: SeatOf
) -> None:
    cast.grant(cast.doctor, "lab-results")
    with seat_of(cast.amara) as seat:
        seat.page.clock.install()
        seat.go("/history/")
        connected(seat.page)
        whos = seat.page.locator("ol[data-live-src] [data-who]")
        with node.paused("web", lambda: True):
            chart(caller=cast.doctor, tenant=cast.hospital.id, person=cast.person, category="lab-results")
            seat.page.clock.fast_forward(
                "02:00"
            )  # as after the lid was closed: what was due comes at most once
            expect(seat.page.locator("[data-live-state]")).to_have_text("Reconnecting")
        expect(whos).to_have_count(1, timeout=40_000)
        connected(seat.page)
        expect(whos).to_have_count(1)
