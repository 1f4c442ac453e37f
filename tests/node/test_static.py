"""What every page loads arrives compressed, is kept for ever, and changes its address with its content."""

import re

import httpx
import pytest
from django.test import Client

from tests.serving import Node

FIRST_LOAD = 150_000  # bytes, compressed: page, style, script, font
LINKS = re.compile(r'(?:href|src)="(/static/[^"#?]+)')
IMPORTS = re.compile(r'from "\./([\w-]+\.js)"')


@pytest.mark.django_db
def test_a_first_load_is_small_compressed_and_kept(node: Node) -> None:
    with httpx.Client(base_url=node.url, headers={"Accept-Encoding": "gzip"}) as browser:
        page = browser.get("/accounts/login/")
        links = set(LINKS.findall(page.text))
        links |= {re.sub(r"[^/]+$", "live.js", link) for link in links if link.endswith("assent.css")}
        links |= {re.sub(r"[^/]+$", "channel.js", link) for link in links if link.endswith("live.js")}
        loaded = len(page.content)
        for link in links:
            with browser.stream("GET", link) as answer:
                assert answer.status_code == 200, link
                assert answer.headers["Cache-Control"] == "max-age=315360000, public, immutable", link
                if link.endswith((".css", ".js", "icons.svg")) and "onload.js" not in link:  # a few bytes
                    assert answer.headers.get("Content-Encoding") == "gzip", link
                loaded += int(answer.headers["Content-Length"])
    assert len(links) >= 6
    assert loaded <= FIRST_LOAD


@pytest.mark.django_db
def test_a_browser_that_cannot_unpack_gets_the_file_itself(node: Node, client: Client) -> None:
    link = next(
        each for each in LINKS.findall(client.get("/accounts/login/").content.decode()) if ".css" in each
    )
    plain = httpx.get(node.url + link, headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    assert httpx.get(node.url + link, headers={"Accept-Encoding": "gzip"}).content == plain.content
