"""A patient makes a share code, lets in who came with it after saying who she is, and stops it."""

import re

from django.test import Client
from django.urls import reverse

from tests.cast import PASSWORD, Cast
from tests.patients.conftest import entries_of
from tests.staff import few_queries, text
from tests.viewers.sharing import NAME, come_with

CODES = reverse("patients:codes")


def made(amara: Client, cast: Cast, *what: str) -> str:
    page = amara.post(CODES, {"where": cast.hospital.slug, "what": what or ["lab-results"]})
    (code,) = re.findall(r"data-code>([A-Z2-7-]+)<", page.content.decode())
    return str(code)


def test_the_code_is_shown_once(cast: Cast, amara: Client) -> None:
    code = made(amara, cast)
    page = amara.get(CODES)
    assert code not in page.content.decode()
    assert "A code waits for somebody" in text(page)


def test_beside_the_code_stands_where_it_is_used(cast: Cast, amara: Client) -> None:
    page = amara.post(CODES, {"where": cast.hospital.slug, "what": ["lab-results"]})
    assert "at http://testserver/share/" in text(page)


def test_who_comes_is_named_and_let_in_after_the_password(cast: Cast, amara: Client) -> None:
    client = come_with(made(amara, cast))
    page = amara.get(CODES)
    assert f"{NAME} asks to see your record" in text(page)
    (share,) = page.context["shares"]
    asked = amara.post(share.admit_url)
    assert asked["Location"].startswith("/accounts/reauthenticate/")
    done = amara.post(asked["Location"], {"password": PASSWORD})
    assert done["Location"] == CODES
    assert f"{NAME} can read now" in text(amara.get(CODES))
    assert client.get(reverse("viewers:record", args=["lab-results"])).status_code == 200
    assert NAME in text(amara.get(reverse("patients:sharing")))
    amara.post(amara.get(CODES).context["shares"][0].end_url)
    assert client.get(reverse("viewers:record", args=["lab-results"])).status_code == 302
    assert amara.get(CODES).context["shares"] == []


def test_an_open_page_is_told_only_what_changed(cast: Cast, amara: Client) -> None:
    code = made(amara, cast)
    known = amara.get(CODES).context["version"]
    assert amara.get(CODES, {"known": known}).status_code == 204
    come_with(code)
    assert NAME in text(amara.get(CODES, {"known": known}))


def test_the_page_costs_few_queries(cast: Cast, amara: Client) -> None:
    come_with(made(amara, cast))
    amara.get(CODES)
    with few_queries():
        amara.get(CODES)


def test_a_code_without_a_part_is_none(cast: Cast, amara: Client) -> None:
    page = amara.post(CODES, {"where": cast.hospital.slug})
    assert page.status_code == 422
    assert entries_of(cast, cast.hospital, "share.offered") == 0


def test_another_patient_ends_and_lets_in_nobody(cast: Cast, amara: Client, ben: Client) -> None:
    come_with(made(amara, cast))
    (share,) = amara.get(CODES).context["shares"]
    assert ben.post(share.end_url).status_code == 404
    assert len(amara.get(CODES).context["shares"]) == 1
