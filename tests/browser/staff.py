"""A member of staff in a real browser: signs in, and looks at what pages must never be."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from tests.serving import Node

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
PATIENCE = 10_000  # milliseconds
SCHEMES = ("light", "dark")
# Told to us by the page itself, because a violation in a blocked style is not an error on the console everywhere.
WATCH_POLICY = """
window.violations = [];
document.addEventListener("securitypolicyviolation",
  event => window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
"""


@dataclass
class Seat:
    """Somebody in front of a browser. `faults` gathers what its console and its policy complain of."""

    node: Node
    page: Page
    context: BrowserContext
    javascript: bool = True
    faults: list[str] = field(default_factory=list)

    def complain(self, kind: str, text: str) -> None:
        """A page that is refused says so in its status, which Chromium writes on the console too."""
        if kind == "error" and "the server responded with a status of 4" not in text:
            self.faults.append(text)

    def go(self, path: str) -> None:
        self.page.goto(f"{self.node.url}{path}")

    def sign_in(self, email: str, password: str, *, to: str) -> None:
        """By the form, with the keyboard alone."""
        self.go(f"/accounts/login/?next={to}")
        self.page.get_by_label("E-mail").focus()
        self.page.keyboard.type(email)
        self.page.get_by_label("Password").focus()
        self.page.keyboard.type(password)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(lambda url: "/accounts/login/" not in url)

    def audit(self, organisation: str, email: str, password: str) -> None:
        """Sign in at an auditor's desk, and wait there until everything is sealed."""
        status = f"/audit/{organisation}/"
        self.sign_in(email, password, to=status)
        while not self.page.get_by_text("nothing waits").is_visible():
            self.page.wait_for_timeout(200)
            self.go(status)

    def path(self, before: str, after: str) -> str:
        """The address of this page with its last part exchanged."""
        return urlsplit(self.page.url).path.replace(f"/{before}/", f"/{after}/")

    def type(self, label: str, words: str) -> None:
        self.page.get_by_label(label).focus()
        self.page.keyboard.type(words)

    def tick(self, label: str, *, exact: bool = False) -> None:
        self.page.get_by_label(label, exact=exact).focus()
        self.page.keyboard.press("Space")

    def press(self, name: str, *, exact: bool = False) -> None:
        """A button or link by the keyboard: it must take the focus and answer to Enter."""
        button = self.page.get_by_role("button", name=name, exact=exact)
        target = button.or_(self.page.get_by_role("link", name=name, exact=exact)).first
        target.focus()
        self.page.keyboard.press("Enter")

    def go_to(self, name: str) -> None:
        """One of the places in the mast, by the keyboard: where there is no room for all, they lie behind "Menu"."""
        menu = self.page.locator(".nav-fold summary")
        if menu.is_visible():
            menu.focus()
            self.page.keyboard.press("Enter")
        self.page.get_by_role("navigation", name="Main").get_by_role("link", name=name).focus()
        self.page.keyboard.press("Enter")

    def check(self) -> None:
        """Nothing that axe finds, in light and dark; nothing that leaves the screen; nothing on the console.

        A page without JavaScript cannot be asked, and is the same page.
        """
        if not self.javascript:
            return
        for scheme in SCHEMES:
            self.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            found = Axe().run(self.page)
            assert found.violations_count == 0, f"{self.page.url} in {scheme}: {found.generate_report()}"
        wider = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wider <= 0, f"{self.page.url} is {wider} px wider than the screen"
        violations = self.page.evaluate("window.violations")
        assert not violations, f"{self.page.url}: {violations}"
        assert not self.faults, self.faults


@contextmanager
def seat(browser: Browser, node: Node, *, narrow: bool = False, javascript: bool = True) -> Iterator[Seat]:
    """A browser of one's own."""
    context = browser.new_context(
        viewport=NARROW if narrow else WIDE,  # type: ignore[arg-type]
        locale="en-GB",
        timezone_id="UTC",
        java_script_enabled=javascript,
    )
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    found = Seat(node, page, context, javascript)
    page.add_init_script(WATCH_POLICY)
    page.on("console", lambda message: found.complain(message.type, message.text))
    page.on("pageerror", lambda error: found.faults.append(str(error)))
    try:
        yield found
    finally:
        context.close()
