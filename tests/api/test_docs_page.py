"""The pages of the interface in a real browser, under a policy without inline code and without anything foreign."""

import httpx
import pytest
from playwright.sync_api import Browser

from tests.serving import Node


@pytest.mark.browser
def test_the_interface_is_shown_with_every_call_and_without_a_violation(node: Node, browser: Browser) -> None:
    complaints: list[str] = []
    page = browser.new_page()
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{node.url}/api/docs/")
    page.wait_for_selector(".opblock", timeout=15_000)
    paths = httpx.get(f"{node.url}/api/schema/").json()["paths"]
    assert page.locator(".opblock").count() == sum(len(calls) for calls in paths.values())
    page.locator("#operations-contracts-contracts_grant .opblock-summary").click()
    page.wait_for_selector("#operations-contracts-contracts_grant .responses-table")
    page.close()
    assert complaints == []
