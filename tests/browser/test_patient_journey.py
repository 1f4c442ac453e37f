"""A patient shares with a doctor, with the keyboard alone; looks at what was signed; and stops it."""

import pytest
from playwright.sync_api import Page, expect

from portal.patients import words
from portal.records.errors import Denied
from portal.records.services import chart
from tests.browser.conftest import SeatOf
from tests.browser.keyboard import choose, press, reach
from tests.browser.staff import Seat
from tests.cast import PASSWORD, Cast, account_of

pytestmark = pytest.mark.browser


def opens(cast: Cast) -> list[str]:
    """What the family doctor can open at the hospital now."""
    try:
        opened = chart(caller=cast.family_doctor, tenant=cast.hospital.id, person=cast.person)
    except Denied:
        return []
    return [section.category for section in opened.sections if section.permitted]


def fill_in(seat: Seat, cast: Cast) -> None:
    """Every question of the flow, each page looked at on the way."""
    page = seat.page
    seat.go("/sharing/")
    press(page, "Share with someone")
    seat.check()
    for_something_else(page)
    choose(page, "St Mary Hospital")
    press(page, "Continue")
    seat.check()
    choose(page, "A doctor, nurse or other clinician")
    reach(page, page.get_by_label("Their e-mail address"))
    page.keyboard.type(account_of(cast.family_doctor).email)
    press(page, "Continue")
    choose(page, "Conditions")
    choose(page, "Lab results")
    seat.check()
    press(page, "Continue")
    press(page, "Continue")  # treatment is chosen already
    press(page, "Continue")  # and one year


def for_something_else(page: Page) -> None:
    """The last choice of the first page, one up from the first."""
    choose(page, str(words.TEMPLATES["treatment"]), key="ArrowUp")
    press(page, "Continue")


@pytest.mark.parametrize("narrow", [False, True], ids=["wide", "narrow"])
def test_a_patient_shares_sees_the_preview_signs_and_stops(cast: Cast, seat_of: SeatOf, narrow: bool) -> None:
    with seat_of(cast.amara, narrow=narrow) as seat:
        page = seat.page
        fill_in(seat, cast)
        seat.check()
        seen = page.get_by_role("region", name="What they would see today")
        expect(seen.locator("dl div")).to_have_text(["personal details1", "conditions1", "lab results3"])
        assert page.get_by_text("Conditions marked as sensitive").is_visible()
        sentence = page.locator(".sentence--sign").inner_text().replace("\xa0", " ")
        assert "Dr Helen Brandt, as a clinician of Riverside Family Practice, may read" in sentence
        assert opens(cast) == []
        press(page, "Sign and share")
        seat.check()
        reach(page, page.get_by_label("Password"))
        page.keyboard.type(PASSWORD)
        press(page, "Continue")
        assert page.get_by_text("Signed. Sharing has started").is_visible()
        assert page.locator(".sentence--sign").inner_text().replace("\xa0", " ") == sentence
        seat.check()
        assert opens(cast) == ["demographics", "conditions", "lab-results"]
        press(page, "Stop sharing")
        assert page.get_by_text("They lose access now.").is_visible()
        seat.check()
        press(page, "Stop sharing")
        assert page.get_by_text("You stopped sharing with").is_visible()
        seat.check()
        assert opens(cast) == []


def test_a_fault_takes_the_focus_and_keeps_what_was_typed(cast: Cast, seat_of: SeatOf) -> None:
    with seat_of(cast.amara) as seat:
        page = seat.page
        seat.go("/sharing/new/")
        for_something_else(page)
        choose(page, "St Mary Hospital")
        press(page, "Continue")
        choose(page, "A doctor, nurse or other clinician")
        reach(page, page.get_by_label("Their e-mail address"))
        page.keyboard.type("nobody@example.org")
        with page.expect_response(lambda answer: answer.status == 422):
            press(page, "Continue")
        summary = page.locator(".error-summary")
        assert summary.evaluate("element => element.contains(document.activeElement)")
        assert page.get_by_label("Their e-mail address").input_value() == "nobody@example.org"
        seat.faults.clear()  # the browser reports the 422 itself
        seat.check()


def test_it_works_without_javascript(cast: Cast, seat_of: SeatOf) -> None:
    with seat_of(cast.amara, javascript=False) as seat:
        page = seat.page
        fill_in_by_mouse(seat, cast)
        page.get_by_role("button", name="Sign and share").click()
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Continue").click()
        assert page.get_by_text("Signed. Sharing has started").is_visible()
        assert opens(cast) == ["demographics", "lab-results"]
        page.get_by_role("link", name="Stop sharing").click()
        page.get_by_role("button", name="Stop sharing").dblclick()
        stopped = page.get_by_text("You stopped sharing with").or_(page.get_by_text("ended already"))
        expect(stopped).to_be_visible()
        assert opens(cast) == []


def fill_in_by_mouse(seat: Seat, cast: Cast) -> None:
    page = seat.page
    seat.go("/sharing/new/")
    onward = page.get_by_role("button", name="Continue")
    page.get_by_label("Something else").check()
    onward.click()
    page.get_by_label("St Mary Hospital").check()
    onward.click()
    page.get_by_label("A doctor, nurse or other clinician").check()
    page.get_by_label("Their e-mail address").fill(account_of(cast.family_doctor).email)
    onward.click()
    page.get_by_label("Lab results").check()
    onward.click()
    onward.click()
    onward.click()
