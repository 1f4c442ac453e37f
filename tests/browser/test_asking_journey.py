"""A patient does not recognise an access, and is answered; her session ends while she writes, and nothing is lost."""

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from portal.records.services import chart
from tests.browser.conftest import SeatOf
from tests.browser.keyboard import press, reach
from tests.cast import PASSWORD, Cast, account_of

pytestmark = pytest.mark.browser
WORDS = "I have never met this doctor."


def looked(cast: Cast) -> None:
    cast.grant(cast.doctor, "lab-results")
    chart(caller=cast.doctor, tenant=cast.hospital.id, person=cast.person, category="lab-results")


@pytest.mark.parametrize("narrow", [False, True], ids=["wide", "narrow"])
def test_an_access_is_questioned_and_answered_by_keyboard(cast: Cast, seat_of: SeatOf, narrow: bool) -> None:
    looked(cast)
    with seat_of(cast.amara, narrow=narrow) as seat:
        page = seat.page
        seat.go("/history/")
        press(page, "I don’t recognise this")
        with page.expect_response(lambda answer: answer.status == 422):
            press(page, "Send")
        expect(page.get_by_role("group", name="There is a problem")).to_be_focused()
        seat.check()
        reach(page, page.get_by_label("What do you want to say?"))
        page.keyboard.type(WORDS)
        press(page, "Send")
        expect(page.get_by_text(WORDS)).to_be_visible()
        seat.check()
    with seat_of(cast.privacy_officer, narrow=narrow) as officer:
        officer.go(f"/administration/{cast.hospital.slug}/cases/")
        officer.press("An access is not recognised")
        officer.tick("Not justified", exact=True)
        officer.type("What you found", "He opened the wrong chart. He was spoken to.")
        officer.check()
        officer.press("Send the answer")
        expect(officer.page.get_by_text("Nothing waits")).to_be_visible()
        officer.check()
    with seat_of(cast.amara, narrow=narrow) as seat:
        seat.go("/")
        seat.press("St Mary Hospital has answered you")
        expect(seat.page.get_by_text("He opened the wrong chart.")).to_be_visible()
        seat.check()


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_what_is_typed_survives_the_end_of_the_session(cast: Cast, seat_of: SeatOf, javascript: bool) -> None:
    looked(cast)
    with seat_of(cast.amara, javascript=javascript) as seat:
        page = seat.page
        seat.go("/history/")
        page.get_by_role("link", name="I don’t recognise this").first.click()
        page.get_by_label("What do you want to say?").fill(WORDS)
        Session.objects.all().delete()
        page.get_by_role("button", name="Send").click()
        page.get_by_label("E-mail").fill(account_of(cast.amara).email)
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_label("What do you want to say?")).to_have_value(WORDS)
        expect(page.get_by_text("nothing was sent")).to_be_visible()
        page.get_by_role("button", name="Send").dblclick()
        expect(page.get_by_text(WORDS)).to_be_visible()
        seat.go("/asked/")
        expect(page.get_by_role("link", name="An access that you did not recognise")).to_have_count(1)
