"""How pages look is a choice that the server reads: no flash, no script."""

import re

import pytest
from django.test import Client
from django.urls import reverse

LOGIN, CHOOSE = reverse("account_login"), reverse("about:appearance")


def html(client: Client) -> str:
    found = re.search(r"<html[^>]*>", client.get(LOGIN).content.decode())
    assert found
    return found[0]


@pytest.mark.django_db
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_choice_stands_in_the_page_itself(client: Client, theme: str) -> None:
    assert "data-theme" not in html(client)
    answer = client.post(CHOOSE, {"theme": theme, "next": LOGIN})
    assert answer["Location"] == LOGIN
    assert f'data-theme="{theme}"' in html(client)
    client.post(CHOOSE, {"theme": ""})
    assert "data-theme" not in html(client)


def test_a_cookie_that_we_did_not_write_is_no_theme(client: Client) -> None:
    client.cookies["assent-theme"] = '"><script>'
    assert "data-theme" not in html(client)


@pytest.mark.parametrize(
    "back", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)", ""]
)
def test_one_is_led_nowhere_else(client: Client, back: str) -> None:
    assert client.post(CHOOSE, {"theme": "dark", "next": back})["Location"] == "/"


def test_it_is_a_choice_and_no_link(client: Client) -> None:
    assert client.get(CHOOSE).status_code == 405
