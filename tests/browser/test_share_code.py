"""A patient shows her record to somebody without an account: two browsers, and an end that bites in the open page."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import SeatOf
from tests.browser.staff import seat
from tests.cast import BORN, PASSWORD, Cast
from tests.serving import Node

pytestmark = pytest.mark.browser
NAME = "Dr Ana Reis"


def test_a_code_opens_what_was_chosen_until_it_is_stopped(
    cast: Cast, seat_of: SeatOf, browser: Browser, node: Node
) -> None:
    with seat_of(cast.amara) as patient, seat(browser, node, narrow=True) as viewer:
        page = patient.page
        patient.go("/sharing/code/")
        patient.tick("Lab results")
        patient.press("Make a code")
        code = page.locator("[data-code]").inner_text()
        assert re.fullmatch(r"[A-Z2-7-]{32}", code)
        patient.check()

        viewer.go("/share/")
        viewer.check()
        viewer.type("Share code", code.lower())
        viewer.page.get_by_label("The patient’s date of birth").fill(BORN)
        viewer.type("Your name", NAME)
        viewer.press("Ask to be let in")
        expect(viewer.page.get_by_role("heading", name="Waiting for the patient")).to_be_visible()
        viewer.check()

        expect(page.get_by_role("heading", name=f"{NAME} asks to see your record")).to_be_visible()
        patient.check()
        patient.press("Let them in for an hour")
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name=f"{NAME} can read now")).to_be_visible()

        expect(
            viewer.page.get_by_role("region", name="Whose record").get_by_text("Amara Lindgren")
        ).to_be_visible()
        viewer.go("/share/record/lab-results/")
        expect(viewer.page.get_by_role("heading", name="Lab results")).to_be_visible()
        viewer.check()

        patient.press("Stop now")
        expect(viewer.page.get_by_role("heading", name="This has ended")).to_be_visible()
        viewer.check()
        patient.go("/history/")
        expect(page.locator("#main")).to_contain_text(NAME)
        expect(page.locator("#main")).to_contain_text("By share code")
