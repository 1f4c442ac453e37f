"""A regulator searches the log of one organisation, proves an entry, verifies everything, and turns to the other."""

import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from portal.node.postgres import BASE_DIR
from portal.records.services import chart
from tests.browser.staff import Seat, seat
from tests.cast import PASSWORD, Cast, account_of, build
from tests.serving import Node

pytestmark = pytest.mark.browser
LONG = 20_000


def story() -> Cast:
    cast = build()
    cast.grant(cast.doctor, "lab-results")
    chart(caller=cast.doctor, tenant=cast.hospital.id, person=cast.person, category="lab-results")
    return cast


@pytest.mark.parametrize("narrow", [False, True], ids=["wide", "narrow"])
def test_from_the_log_to_the_proof_by_keyboard(
    browser: Browser, jobs: Node, tmp_path: Path, narrow: bool
) -> None:
    cast = story()
    with seat(browser, jobs, narrow=narrow) as at:
        at.audit(cast.hospital.slug, account_of(cast.regulator).email, PASSWORD)
        at.check()
        at.press("Verify now")
        expect(at.page.get_by_role("heading", level=1)).to_have_text("The log holds", timeout=LONG)
        at.check()
        at.press("The log")
        expect(at.page.get_by_role("heading", name="Last verification")).to_be_visible()
        at.check()

        at.go_to("Accesses")
        at.check()
        at.page.get_by_label("Kind").select_option("accesses")
        at.press("Search")
        expect(at.page.locator("tbody tr")).to_have_count(1)
        at.check()
        at.page.locator("tbody a").focus()
        at.page.keyboard.press("Enter")
        expect(at.page.get_by_text("Proved, signed root")).to_be_visible()
        at.check()
        verify_the_receipt(at, tmp_path)

        at.page.locator(".mast__end .menu > summary").focus()
        at.page.keyboard.press("Enter")
        at.check()
        at.press(f"Audit, {cast.practice.name}")
        expect(at.page.locator(".brand__for")).to_have_text(f"Audit, {cast.practice.name}")
        at.check()


def verify_the_receipt(at: Seat, folder: Path) -> None:
    """Download it, and run the very command that the page shows, where there is no node."""
    with at.page.expect_download() as download:
        at.press("Download the receipt")
    download.value.save_as(folder / download.value.suggested_filename)
    command = at.page.get_by_role("region", name="Command").inner_text()
    done = subprocess.run(
        [sys.executable, *command.replace("'", "").split()[1:]],
        cwd=folder,
        env={"PYTHONPATH": str(BASE_DIR)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "holds: Unchanged" in done.stdout


def test_verifying_works_without_javascript(browser: Browser, jobs: Node) -> None:
    cast = story()
    with seat(browser, jobs, javascript=False) as at:
        at.audit(cast.hospital.slug, account_of(cast.regulator).email, PASSWORD)
        at.press("Verify now")
        expect(at.page.get_by_role("heading", level=1)).to_have_text("The log holds", timeout=LONG)
