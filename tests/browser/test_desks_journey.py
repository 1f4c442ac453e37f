"""The desks of those who oversee, by keyboard: an auditor's patterns, replay, disclosures and evidence; an
administrator's first steps, keys and witnesses; a privacy officer's thresholds. With JavaScript and without."""

from dataclasses import replace

import pytest
from playwright.sync_api import Browser, expect

from ledger.cosignature import CosignatureSigner
from portal.patterns.thresholds import Thresholds, set_thresholds
from portal.records.services import chart, find_patient
from tests.browser.staff import seat
from tests.cast import MRN, PASSWORD, Cast, account_of, build
from tests.serving import Node

pytestmark = pytest.mark.browser
LONG = 20_000
LOOKS = pytest.mark.parametrize(
    ("narrow", "javascript"),
    [(False, True), (True, True), (False, False)],
    ids=["wide", "narrow", "without-javascript"],
)


def story() -> Cast:
    """A doctor looked for two patients within an hour, which is many here, and read lab results by contract."""
    cast = build()
    cast.grant(cast.doctor, "lab-results")
    chart(caller=cast.doctor, tenant=cast.hospital.id, person=cast.person, category="lab-results")
    for number in (MRN, "SM-2"):
        find_patient(caller=cast.doctor, tenant=cast.hospital.id, mrn=number)
    set_thresholds(
        caller=cast.privacy_officer, tenant=cast.hospital.id, chosen=replace(Thresholds(), an_hour=2)
    )
    return cast


@LOOKS
def test_an_auditor_follows_a_pattern_to_its_proof(
    browser: Browser, node: Node, narrow: bool, javascript: bool
) -> None:
    cast = story()
    with seat(browser, node, narrow=narrow, javascript=javascript) as at:
        at.audit(cast.hospital.slug, account_of(cast.auditor).email, PASSWORD)
        at.go_to("Patterns")
        expect(at.page.get_by_role("heading", name="Many patients in an hour")).to_be_visible()
        at.check()
        at.page.get_by_label("Time").select_option("90")
        at.press("Look")
        at.press("See the 3 entries")
        expect(at.page.locator("tbody tr")).to_have_count(3)
        at.check()
        at.page.locator("tbody a").first.focus()
        at.page.keyboard.press("Enter")
        expect(at.page.get_by_text("Proved, signed root")).to_be_visible()
        at.check()


@LOOKS
def test_an_auditor_replays_accounts_and_takes_the_evidence_along(
    browser: Browser, jobs: Node, narrow: bool, javascript: bool
) -> None:
    cast = story()
    with seat(browser, jobs, narrow=narrow, javascript=javascript) as at:
        at.audit(cast.hospital.slug, account_of(cast.auditor).email, PASSWORD)
        at.go_to("Replay")
        at.check()
        at.press("Replay now")
        says = "Every decision comes out the same"
        expect(at.page.get_by_role("heading", level=1)).to_have_text(says, timeout=LONG)
        at.check()

        at.go_to("Disclosures")
        at.type("Medical record number (MRN)", "nobody")
        at.press("Make the accounting")
        expect(at.page.get_by_role("group", name="There is a problem")).to_be_visible()
        at.check()
        at.page.get_by_label("Medical record number (MRN)").fill("")
        at.type("Medical record number (MRN)", MRN)
        at.press("Make the accounting")
        expect(at.page.get_by_text(f"Patient with MRN {MRN}.")).to_be_visible()
        at.tick("Also list what the rule leaves out, with its ground")
        at.press("Show")
        expect(at.page.get_by_role("region", name="Disclosures, table")).to_be_visible()
        at.check()
        with at.page.expect_download() as csv:
            at.press("CSV")
        assert csv.value.suggested_filename == "disclosures.csv"

        at.go_to("Evidence")
        at.check()
        with at.page.expect_download() as archive:
            at.press("Download the archive")
        assert archive.value.suggested_filename == f"evidence-{cast.hospital.slug}.zip"


@LOOKS
def test_an_administrator_takes_the_first_steps_and_asks_a_witness(
    browser: Browser, node: Node, narrow: bool, javascript: bool
) -> None:
    cast = build()
    vkey = CosignatureSigner.generate("witness.example/one").vkey
    with seat(browser, node, narrow=narrow, javascript=javascript) as at:
        first = f"/administration/{cast.hospital.slug}/first-steps/"
        at.sign_in(account_of(cast.administrator).email, PASSWORD, to=first)
        at.check()
        at.press("Ask one")
        expect(at.page.get_by_text("Nobody watches this log")).to_be_visible()
        at.check()
        at.page.locator("summary", has_text="Ask another witness").focus()
        at.page.keyboard.press("Enter")
        at.type("Its address", "https://witness.example/")
        at.type("Its verifier key", vkey)
        at.press("Ask it")
        at.type("Password", PASSWORD)
        at.page.keyboard.press("Enter")
        expect(at.page.get_by_text("The witness is asked from the next checkpoint on.")).to_be_visible()
        at.check()
        at.press("Remove witness.example/one")
        at.check()
        at.press("Remove", exact=True)
        expect(at.page.get_by_text("It is asked no more.")).to_be_visible()
        expect(at.page.get_by_text("Nobody watches this log")).to_be_visible()
        at.check()


def test_a_verifier_key_is_copied(browser: Browser, node: Node) -> None:
    cast = build()
    with seat(browser, node) as at:
        at.context.grant_permissions(["clipboard-read", "clipboard-write"])
        to = f"/administration/{cast.hospital.slug}/keys/"
        at.sign_in(account_of(cast.administrator).email, PASSWORD, to=to)
        at.page.get_by_role("button", name="Copy").first.focus()
        at.page.keyboard.press("Enter")
        expect(at.page.get_by_role("button", name="Copied")).to_be_visible()
        copied = at.page.evaluate("navigator.clipboard.readText()")
        assert copied == at.page.locator("#key-0").inner_text().strip()


@LOOKS
def test_a_privacy_officer_sets_the_thresholds(
    browser: Browser, node: Node, narrow: bool, javascript: bool
) -> None:
    cast = build()
    with seat(browser, node, narrow=narrow, javascript=javascript) as at:
        home = f"/administration/{cast.hospital.slug}/reviews/"
        at.sign_in(account_of(cast.privacy_officer).email, PASSWORD, to=home)
        at.go_to("Patterns")
        at.check()
        at.press("Set the thresholds")
        at.check()
        at.page.get_by_label("Night ends").select_option("22")
        at.press("Put in force")
        at.type("Password", PASSWORD)
        at.check()
        at.press("Continue")
        expect(at.page.get_by_role("group", name="There is a problem")).to_be_visible()
        at.check()
        at.page.get_by_label("Night ends").select_option("5")
        at.page.get_by_label("Patients in an hour").fill("")
        at.type("Patients in an hour", "40")
        at.press("Put in force")
        expect(at.page.get_by_text("The thresholds are in force.")).to_be_visible()
        expect(at.page.get_by_text("40 patients or more within one hour")).to_be_visible()


def test_the_places_of_staff_have_room_on_every_screen(browser: Browser, node: Node) -> None:
    cast = build()
    with seat(browser, node) as at:
        for caller, path in ((cast.privacy_officer, "administration/{}/cases/"), (cast.auditor, "audit/{}/")):
            at.context.clear_cookies()
            at.sign_in(account_of(caller).email, PASSWORD, to="/people/")
            at.go("/" + path.format(cast.hospital.slug))
            for width in (320, 780, 1024, 1152, 1280):
                at.page.set_viewport_size({"width": width, "height": 800})
                wider = at.page.evaluate("document.documentElement.scrollWidth - innerWidth")
                assert wider <= 0, f"{path} at {width} px is {wider} px wider than the screen"
                menu = at.page.locator(".nav-fold summary").is_visible()
                places = at.page.get_by_role("navigation", name="Main").get_by_role("link")
                assert menu != places.first.is_visible()
