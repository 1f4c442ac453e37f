"""A doctor finds a patient of another organisation, asks, reads what she agreed to, and breaks the glass."""

import pytest
from playwright.sync_api import Browser, expect

from portal.records.services import who_has_seen
from tests.browser.staff import Seat, seat
from tests.cast import BORN, PASSWORD, Cast, account_of, build
from tests.serving import Node

pytestmark = pytest.mark.browser


def find(at: Seat, cast: Cast) -> None:
    """Amara, at the hospital, from the practice."""
    at.sign_in(account_of(cast.family_doctor).email, PASSWORD, to=f"/clinic/{cast.practice.slug}/find/")
    at.check()
    at.page.get_by_label("Whose records").select_option(cast.hospital.slug)
    at.type("Family name", "Lindgren")
    at.type("First name", "Amara")
    at.page.get_by_label("Date of birth").fill(BORN)
    at.press("Find", exact=True)
    expect(at.page.get_by_role("heading", level=1)).to_have_text("1 patient found")


def ask(at: Seat) -> None:
    at.press("Ask the patient")
    at.check()
    at.press("Send the request")
    expect(at.page.get_by_role("group", name="There is a problem")).to_be_focused()
    at.check()
    at.tick("Lab results")
    at.page.get_by_label("Until").fill("2027-03-01")
    at.type("Message to the patient", "For your check-up.")
    at.press("Send the request")
    expect(at.page.get_by_text("The patient is asked.")).to_be_visible()
    expect(at.page.get_by_text("Waiting")).to_be_visible()
    at.check()


def break_the_glass(at: Seat) -> None:
    at.press("Emergency access")
    at.check()
    at.tick("The patient is unconscious")
    at.type("Say what happened", "Help!")
    at.press("Override and open")
    expect(at.page.get_by_role("group", name="There is a problem")).to_be_focused()
    at.check()
    at.page.get_by_label("Say what happened").fill("")
    at.type("Say what happened", "Brought in unconscious after a fall.")
    at.press("Override and open")
    expect(at.page.get_by_role("heading", name="Emergency access")).to_be_visible()
    expect(at.page.get_by_role("progressbar")).to_be_visible()
    at.check()


@pytest.mark.parametrize("narrow", [False, True], ids=["wide", "narrow"])
def test_from_search_to_emergency_by_keyboard(browser: Browser, node: Node, narrow: bool) -> None:
    cast = build()
    with seat(browser, node, narrow=narrow) as at:
        find(at, cast)
        at.check()
        assert "Lindgren" not in at.page.url
        at.press("Amara Lindgren")
        expect(at.page.get_by_text("You have no access to this record")).to_be_visible()
        at.check()
        ask(at)

        cast.grant(cast.family_doctor, "lab-results", "medicines")
        at.press("Worklist")
        at.check()
        at.press("Amara Lindgren")
        expect(at.page.get_by_role("heading", name="Medicines", level=2)).to_be_visible()
        at.check()
        at.go(at.path("medicines", "lab-results"))
        expect(at.page.get_by_role("heading", name="Lab results", level=2)).to_be_visible()
        at.check()

        break_the_glass(at)
        at.press("End now")
        expect(at.page.get_by_text("Your emergency access has ended.")).to_be_visible()
        expect(at.page.get_by_role("heading", name="Worklist", level=1)).to_be_visible()
        at.check()


def test_an_open_chart_is_taken_away_when_sharing_stops(browser: Browser, node: Node) -> None:
    """And nobody is said to have tried: the page does not ask again by itself."""
    cast = build()
    contract = cast.grant(cast.doctor, "medicines")
    with seat(browser, node) as at:
        at.sign_in(account_of(cast.doctor).email, PASSWORD, to=f"/clinic/{cast.hospital.slug}/worklist/")
        at.press("Amara Lindgren")
        expect(at.page.get_by_text("Metformin 500 mg")).to_be_visible()
        cast.revoke(contract)
        expect(at.page.get_by_text("Your access to this part has ended")).to_be_visible()
        assert at.page.get_by_text("Metformin 500 mg").count() == 0
        assert at.page.get_by_text("By the patient’s contract").count() == 0
        at.check()
    seen = who_has_seen(caller=cast.amara, tenant=cast.hospital.id)
    assert {each.decision for each in seen} == {"permitted"}


def test_all_of_it_works_without_javascript(browser: Browser, node: Node) -> None:
    cast = build()
    with seat(browser, node, javascript=False) as at:
        find(at, cast)
        at.press("Amara Lindgren")
        at.press("Ask the patient")
        at.tick("Lab results")
        at.page.get_by_label("Until").fill("2027-03-01")
        at.press("Send the request")
        expect(at.page.get_by_text("Waiting")).to_be_visible()
        at.press("Find a patient")
        cast.grant(cast.family_doctor, "medicines")
        at.press("Worklist")
        at.press("Amara Lindgren")
        expect(at.page.get_by_text("Metformin 500 mg")).to_be_visible()
        break_the_glass(at)
        at.press("End now")
        expect(at.page.get_by_text("Your emergency access has ended.")).to_be_visible()
