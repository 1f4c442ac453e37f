"""An administrator gives a role and sets the base policy; a privacy officer judges an emergency."""

import pytest
from playwright.sync_api import Browser, expect

from consent import services as consent
from ledger.scope import tenant_scope
from portal.records.services import chart
from tests.browser.staff import seat
from tests.cast import PASSWORD, Cast, account_of, build
from tests.serving import Node

pytestmark = pytest.mark.browser
SIZES = pytest.mark.parametrize("narrow", [False, True], ids=["wide", "narrow"])


@SIZES
def test_an_administrator_gives_a_role_and_sets_the_policy_by_keyboard(
    browser: Browser, node: Node, narrow: bool
) -> None:
    cast = build()
    with seat(browser, node, narrow=narrow) as at:
        home = f"/administration/{cast.hospital.slug}/staff/"
        at.sign_in(account_of(cast.administrator).email, PASSWORD, to=home)
        at.check()
        at.type("E-mail", "nobody@nowhere")
        at.press("Give the role")
        at.type("Password", PASSWORD)
        at.check()
        at.press("Continue")
        expect(at.page.get_by_role("group", name="There is a problem")).to_be_focused()
        at.check()
        at.page.get_by_label("E-mail").fill("")
        at.type("E-mail", "nobody@nowhere.example")
        at.press("Give the role")
        expect(at.page.get_by_text("An invitation is on its way to nobody@nowhere.example.")).to_be_visible()
        at.check()
        at.type("E-mail", account_of(cast.guardian).email)
        at.type("Title", "Nurse")
        at.press("Give the role")
        expect(at.page.get_by_text("Mats Berg has the role now.")).to_be_visible()
        at.check()

        at.go_to("Base policy")
        at.check()
        at.tick("Our clinicians may read for treatment")
        at.press("Put in force")
        expect(at.page.get_by_text("Version 1 is in force.")).to_be_visible()
        at.page.locator("details.contract__proof > summary").first.focus()
        at.page.keyboard.press("Enter")
        expect(at.page.get_by_role("region", name="Rule code, Without a contract")).to_be_visible()
        at.check()


def emergency(cast: Cast) -> None:
    doctor = cast.family_doctor
    with tenant_scope(cast.hospital.id):
        session = consent.open_emergency(
            person=cast.person,
            actor=doctor.user,
            organisation=cast.practice.id,
            role="clinician",
            strong=True,
            reason_code="unconscious",
            reason="Brought in unconscious after a fall.",
        )
    chart(caller=doctor, tenant=cast.hospital.id, person=cast.person, category="medicines")
    with tenant_scope(cast.hospital.id):
        consent.end_emergency(session=session.id, actor=doctor.user)


@SIZES
def test_a_privacy_officer_judges_an_emergency_by_keyboard(
    browser: Browser, node: Node, narrow: bool
) -> None:
    cast = build()
    emergency(cast)
    with seat(browser, node, narrow=narrow) as at:
        home = f"/administration/{cast.hospital.slug}/reviews/"
        at.sign_in(account_of(cast.privacy_officer).email, PASSWORD, to=home)
        at.check()
        at.press("Details")
        expect(at.page.get_by_text("Brought in unconscious after a fall.")).to_be_visible()
        at.check()
        at.tick("Justified", exact=True)
        at.type("What you found", "She was unconscious on arrival.")
        at.press("Close the review")
        expect(at.page.get_by_text("Nothing to review")).to_be_visible()
        at.check()
