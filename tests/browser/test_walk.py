"""Every page of every role in a real browser: the policy is kept, nothing is asked of third parties, nothing is wider
than the screen, and axe finds nothing.

Each page is looked at wide in light and narrow in dark; ASSENT_EVERY_LOOK=1 takes both widths in both.
"""

import os
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser
from playwright.sync_api import Page as Tab

from ledger.selectors import await_checkpoint
from tests.browser.staff import NARROW, WIDE, Seat, seat
from tests.cast import PASSWORD, account_of
from tests.serving import Node
from tests.test_pages import NO_PAGE
from tests.walk import Page, world

pytestmark = pytest.mark.browser

LOOKS = [(WIDE, "light"), (NARROW, "dark")]
if os.environ.get("ASSENT_EVERY_LOOK"):
    LOOKS += [(WIDE, "dark"), (NARROW, "light")]
ROLES = ["visitor", "viewer", "amara", "guardian", "doctor", "auditor", "administrator", "privacy_officer"]


@pytest.mark.parametrize("role", ROLES)
def test_every_page_keeps_the_rules(browser: Browser, node: Node, role: str) -> None:
    here = world()
    await_checkpoint(here.arguments["entry"], tenant=here.cast.hospital.id, seconds=20)
    with seat(browser, node) as at:
        strangers = _listen(at)
        if role == "viewer":
            _bring_session(at, here.client("viewer"))
        elif role != "visitor":
            at.sign_in(account_of(here.caller(role)).email, PASSWORD, to="/accounts/sessions/")
        walked = [page for page in here.pages() if page.role == role and _is_page(at, page)]
        faults = [fault for page in walked for fault in _look(at, page)]
    assert not faults, "\n".join(faults)
    assert not strangers, strangers
    assert len(walked) >= (2 if role == "viewer" else 3), "the walk has lost its pages"


def _bring_session(at: Seat, client: Client) -> None:
    """Whoever has no account and came with a code, in this browser."""
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    at.context.add_cookies([{"name": f"assent-session-{at.node.port}", "value": session, "url": at.node.url}])


@pytest.mark.parametrize("role", ["visitor", "amara", "doctor", "auditor", "administrator"])
def test_every_page_holds_from_right_to_left_too(browser: Browser, node: Node, role: str) -> None:
    here = world()
    await_checkpoint(here.arguments["entry"], tenant=here.cast.hospital.id, seconds=20)
    with seat(browser, node) as at:
        if role != "visitor":
            at.sign_in(account_of(here.caller(role)).email, PASSWORD, to="/accounts/sessions/")
        at.context.add_cookies([{"name": settings.LANGUAGE_COOKIE_NAME, "value": "ar", "url": node.url}])
        walked = [page for page in here.pages() if page.role == role and _is_page(at, page)]
        faults = [fault for page in walked for fault in _look(at, page, [(NARROW, "light")])]
        assert at.page.locator("html[lang=ar][dir=rtl]").count()
    assert not faults, "\n".join(faults)


def _listen(at: Seat) -> list[str]:
    """Every address outside this node that a page asks for."""
    strangers: list[str] = []

    def asked(address: str) -> None:
        inside = urlsplit(address).netloc == urlsplit(at.node.url).netloc
        if not inside and not address.startswith(("data:", "blob:")):
            strangers.append(f"{at.page.url} asks for {address}")

    at.page.on("request", lambda request: asked(request.url))
    return strangers


def _is_page(at: Seat, page: Page) -> bool:
    if not page.address or page.route in NO_PAGE:
        return False
    answer = at.context.request.get(at.node.url + page.address, max_redirects=0)
    # A fragment, which live.js puts into a page, is looked at there.
    return answer.status == 200 and answer.text().startswith("<!doctype html>")


def _look(at: Seat, page: Page, looks: Sequence[tuple[Any, str]] = LOOKS) -> list[str]:
    """What is wrong with one page."""
    at.faults.clear()
    at.go(page.address)
    faults = []
    for size, scheme in looks:
        at.page.set_viewport_size(size)
        at.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        found = Axe().run(at.page)
        if found.violations_count:
            faults.append(f"{page}, {size['width']} px, {scheme}: {found.generate_report()}")
        if wider := _too_wide(at.page):
            faults.append(f"{page}, {size['width']} px: {wider} px wider than the screen")
    faults += [f"{page}: {each}" for each in at.page.evaluate("window.violations")]
    return faults + [f"{page}: {each}" for each in at.faults]


def _too_wide(tab: Tab) -> int:
    wider: int = tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return max(wider, 0)
