"""Going through a page with the Tab key, as somebody does who has no mouse."""

from playwright.sync_api import Locator, Page

MOST_STOPS = 80


def reach(page: Page, target: Locator) -> None:
    """Press Tab until the target has the focus, and see that its place is shown."""
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"{target} is not reached with the Tab key on {page.url}")


def choose(page: Page, label: str, *, key: str = "Space") -> None:
    """Reach a box by its label and tick it. A radio is entered at its chosen one: the arrows go on from there."""
    reach(page, page.get_by_label(label, exact=True))
    page.keyboard.press(key)


def press(page: Page, name: str) -> None:
    """Reach a link or button by its name and press Enter; returns when the next page is there."""
    target = page.get_by_role("button", name=name).or_(page.get_by_role("link", name=name)).first
    reach(page, target)
    with page.expect_navigation():
        page.keyboard.press("Enter")
