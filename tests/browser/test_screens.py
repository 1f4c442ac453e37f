"""Every page of a patient on the demo world, in both sizes and both themes; and pictures of them for the documentation.

`ASSENT_SCREENS=1 .venv/bin/pytest tests/browser/test_screens.py` writes docs/screens/.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser

from consent import selectors as consent
from consent.restriction import Restriction
from consent.services import place_restriction
from ledger.scope import party_scope, tenant_scope
from portal.accounts import selectors as accounts
from portal.demo import people
from portal.demo import services as demo
from tests.browser.staff import NARROW, WIDE, Seat, seat
from tests.serving import Node

pytestmark = pytest.mark.browser

SCREENS = Path(__file__).resolve().parents[2] / "docs" / "screens"
DRAWN = os.environ.get("ASSENT_SCREENS") == "1"
PICTURES = {
    *(
        "home",
        "record",
        "test",
        "sharing",
        "contract",
        "check",
        "history",
        "entry",
        "apps",
        "onlookers",
        "asked",
    ),
    *(
        "how",
        "arabic-home",
        "arabic-history",
        "find",
        "worklist",
        "chart",
        "status",
        "search",
        "staff",
        "policy",
    ),
    *("cases", "reviews", "patterns", "keys", "first-steps", "limits", "restrictions"),
}
ALSO_NARROW = {"home", "history", "check", "chart", "arabic-home", "status", "arabic-limits"}


def addresses() -> dict[str, str]:
    person = accounts.person_of(accounts.user_by_email(people.PATIENT.email).id)
    assert person is not None
    with party_scope(person.id):
        contract = consent.contracts_of_person(person.id)[0].id
        request = consent.requests_of_person(person.id)[0].id
    return {
        "home": "/",
        "record": "/record/",
        "lab-results": "/record/lab-results/",
        "vital-signs": "/record/vital-signs/",
        "allergies": "/record/allergies/",
        "sharing": "/sharing/",
        "request": f"/sharing/requests/{request}/",
        "contract": f"/sharing/{contract}/",
        "stop": f"/sharing/{contract}/stop/",
        "history": "/history/",
        "people": "/people/",
        "apps": "/apps/",
        "onlookers": "/sharing/who/",
        "asked": "/asked/",
        "how": "/how-this-protects-you/",
    }


@pytest.fixture
def amara(browser: Browser, node: Node) -> Iterator[Seat]:
    demo.load()
    with seat(browser, node) as found:
        found.sign_in(people.PATIENT.email, people.password(), to="/people/")
        yield found


def shown(found: Seat, name: str) -> None:
    """Hold the page to what every page must be, in both sizes, and draw it where that was asked for."""
    for size, viewport in (("", WIDE), ("-narrow", NARROW)):
        found.page.set_viewport_size(viewport)  # type: ignore[arg-type]
        found.check()
        if DRAWN and name in (ALSO_NARROW if size else PICTURES):
            SCREENS.mkdir(exist_ok=True)
            found.page.emulate_media(color_scheme="light")
            found.page.evaluate("document.fonts.ready")
            found.page.screenshot(path=SCREENS / f"{name}{size}.png")
    found.page.set_viewport_size(WIDE)  # type: ignore[arg-type]


def test_every_page_of_a_patient(amara: Seat) -> None:
    page = amara.page
    for name, address in addresses().items():
        amara.go(address)
        shown(amara, name)
    amara.go("/record/lab-results/")
    page.get_by_role("link", name="HbA1c").first.click()
    shown(amara, "test")
    amara.go("/history/")
    page.locator(".link__foot a").first.click()
    shown(amara, "entry")
    amara.go(addresses()["request"])
    page.get_by_role("button", name="Look at it and decide").click()
    shown(amara, "check")
    amara.go("/sharing/new/what/")
    page.get_by_text("More: sensitive entries").click()
    shown(amara, "share-what-more")
    amara.go("/sharing/new/until/")
    page.get_by_text("More conditions").click()
    shown(amara, "share-until-more")
    for step in ("where", "who", "what", "why", "until"):
        amara.go(f"/sharing/new/{step}/")
        shown(amara, f"share-{step}")


def test_the_pages_of_somebody_who_looks_after_her(browser: Browser, node: Node) -> None:
    demo.load()
    with seat(browser, node) as found:
        found.sign_in(people.GUARDIAN.email, people.password(), to="/people/")
        shown(found, "people-guardian")
        found.page.get_by_role("button", name="Open").click()
        shown(found, "record-guardian")
        found.page.get_by_role("link", name="Medicines").first.click()
        shown(found, "medicines-guardian")


LOG = {
    "status": "",
    "search": "accesses/",
    "patterns": "patterns/",
    "replay": "replay/",
    "evidence": "evidence/",
}
STAFF = [
    (people.HOSPITAL_DOCTOR, {"find": "/clinic/st-mary/find/", "worklist": "/clinic/st-mary/worklist/"}),
    (people.AUDITOR, {name: f"/audit/st-mary/{path}" for name, path in LOG.items()}),
    (
        people.ADMINISTRATOR,
        {name: f"/administration/st-mary/{name}/" for name in ("staff", "policy", "keys", "first-steps")},
    ),
    (people.PRIVACY_OFFICER, {name: f"/administration/st-mary/{name}/" for name in ("cases", "reviews")}),
]


@pytest.mark.parametrize(
    ("account", "pages"), STAFF, ids=["clinician", "auditor", "administrator", "privacy"]
)
def test_the_pages_of_staff(
    browser: Browser, node: Node, account: people.Account, pages: dict[str, str]
) -> None:
    demo.load()
    with seat(browser, node) as found:
        found.sign_in(account.email, people.password(), to="/people/")
        for name, address in pages.items():
            found.go(address)
            shown(found, name)
        if account is people.HOSPITAL_DOCTOR:
            person = accounts.person_of(accounts.user_by_email(people.PATIENT.email).id)
            found.go(f"/clinic/st-mary/st-mary/{person.id if person else ''}/lab-results/")
            shown(found, "chart")


def place_limit() -> str:
    """A limit by law on Amara's record; its address for who placed it."""
    person = accounts.person_of(accounts.user_by_email(people.PATIENT.email).id)
    assert person is not None
    officer = accounts.user_by_email(people.PRIVACY_OFFICER.email)
    custodian = accounts.organisation("st-mary").id
    with tenant_scope(custodian):
        placed = place_restriction(
            terms=Restriction(custodian, person.id, "endangers-life", ["documents"], [], [], None),
            reason="Decided with the ward on 20 November: a letter names somebody who was threatened.",
            actor=officer.id,
        )
    return f"/administration/st-mary/restrictions/{placed.id}/"


def test_limits_by_law(browser: Browser, node: Node) -> None:
    demo.load()
    one = place_limit()
    with seat(browser, node) as found:
        found.sign_in(people.PRIVACY_OFFICER.email, people.password(), to="/people/")
        for name, address in {"restrictions": "/administration/st-mary/restrictions/", "one": one}.items():
            found.go(address)
            shown(found, name)
        found.page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        found.page.locator(".nav-fold summary").click()
        found.check()
    with seat(browser, node) as found:
        found.sign_in(people.PATIENT.email, people.password(), to="/people/")
        found.go("/record/limits/")
        shown(found, "limits")
        speak_arabic(found)
        found.go("/record/limits/")
        shown(found, "arabic-limits")


def speak_arabic(found: Seat) -> None:
    cookie = {"name": settings.LANGUAGE_COOKIE_NAME, "value": "ar", "url": found.node.url}
    found.context.add_cookies([cookie])  # type: ignore[list-item]


def test_pages_in_arabic(amara: Seat) -> None:
    speak_arabic(amara)
    for name, address in (("arabic-home", "/"), ("arabic-history", "/history/")):
        amara.go(address)
        shown(amara, name)
