"""From a code to a page of the record without an account, and back out of it."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from consent import services
from consent.share_codes import draw
from ledger.scope import tenant_scope
from ledger.sequencing import drain
from portal.accounts.services import create_token
from portal.records.services import who_has_seen
from portal.viewers import views
from tests.cast import BORN, Cast, account_of
from tests.staff import few_queries, sign_in, text
from tests.viewers.sharing import NAME, code_of, come_with, let_in, viewer

KNOCK, WAITING = "/share/", "/share/waiting/"


def part(category: str = "lab-results") -> str:
    return reverse("viewers:record", args=[category])


def test_who_was_let_in_reads_the_chosen_parts_by_name_in_the_history(cast: Cast) -> None:
    client = viewer(cast, "lab-results", "demographics")
    assert client.get(WAITING)["Location"] == part("demographics")
    page = client.get(part())
    assert len(page.context["items"]) == 3
    assert "Amara Lindgren" in text(page)
    assert page["Cache-Control"] == "no-store"
    (seen,) = who_has_seen(caller=cast.amara, tenant=cast.hospital.id)
    assert (seen.name, seen.title, seen.categories, seen.by_share_code) == (
        NAME,
        "By share code",
        ["lab-results"],
        True,
    )
    history = text(sign_in(cast.amara).get(reverse("patients:history")))
    assert NAME in history
    assert "By share code" in history


def test_a_part_costs_few_queries(cast: Cast) -> None:
    client = viewer(cast)
    client.get(part())
    with few_queries():
        client.get(part())


def test_a_part_that_was_not_chosen_is_not_there(cast: Cast) -> None:
    assert viewer(cast).get(part("conditions")).status_code == 404


@pytest.mark.parametrize("path", [WAITING, part(), "/share/standing/"])
def test_nothing_is_shown_to_a_browser_that_did_not_knock(cast: Cast, path: str) -> None:
    viewer(cast)
    answer = Client().get(path)
    assert answer.status_code == 302 or answer.content == b""


def test_before_the_patients_word_there_is_a_page_to_wait_on(cast: Cast) -> None:
    _share, code = code_of(cast)
    client = come_with(code)
    assert "Waiting for the patient" in text(client.get(WAITING))
    assert client.get(part())["Location"] == WAITING


def test_stopping_ends_it_for_open_pages_and_for_the_next(cast: Cast) -> None:
    share, code = code_of(cast)
    client = come_with(code)
    let_in(cast, share)
    assert client.get("/share/standing/?known=admitted").status_code == 204
    with tenant_scope(cast.hospital.id):
        services.end_share(share=share, person=cast.person, actor=cast.amara.user)
    assert client.get("/share/standing/?known=admitted")["HX-Refresh"] == "true"
    assert client.get(part())["Location"] == WAITING
    assert "This has ended" in text(client.get(WAITING))


def test_whatever_was_wrong_the_answer_is_the_same(cast: Cast) -> None:
    _share, code = code_of(cast)
    pages = [
        Client().post(KNOCK, {"code": given, "born": born, "name": NAME})
        for given, born in ((code, "1980-01-01"), (draw(), BORN))
    ]
    faults = [page.context["form"].non_field_errors() for page in pages]
    assert [page.status_code for page in pages] == [422, 422]
    assert len({str(each) for each in faults}) == 1
    assert faults[0]


def test_no_answer_to_a_code_comes_sooner_than_another(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr("portal.viewers.views.time.sleep", waited.append)
    _share, code = code_of(cast)
    for given in (draw(), code):
        come_with(given)
    assert len(waited) == 2


def test_one_address_tries_so_many_codes_a_minute(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "EVEN_SECONDS", 0)
    form = {"code": draw(), "born": BORN, "name": NAME}
    for _ in range(10):
        assert "No record opens" in text(Client().post(KNOCK, form))
    _share, code = code_of(cast)
    assert "Too many codes" in text(Client().post(KNOCK, form | {"code": code}))


@pytest.mark.parametrize("wrong", [{"born": ""}, {"born": "tomorrow"}, {"name": "A"}, {"code": ""}])
def test_what_is_missing_is_said_at_its_field_and_tries_nothing(cast: Cast, wrong: dict[str, Any]) -> None:
    _share, code = code_of(cast)
    page = Client().post(KNOCK, {"code": code, "born": BORN, "name": NAME} | wrong)
    assert page.status_code == 422
    assert list(page.context["form"].errors) == list(wrong)
    assert come_with(code).get(WAITING).status_code == 200


def test_the_patients_programs_read_the_name_of_who_has_no_account(cast: Cast) -> None:
    viewer(cast)
    token = create_token(user=account_of(cast.amara), scopes="*")
    answer = Client(headers={"Authorization": f"Bearer {token}"}).get("/api/v1/contracts/").json()
    assert [item["grantee"]["name"] for item in answer["results"]] == [NAME]


@pytest.mark.django_db(transaction=True)
def test_decisions_by_share_code_replay(cast: Cast) -> None:
    client = viewer(cast, "lab-results")
    client.get(part())
    drain()
    found = services.replay(tenant=cast.hospital.id)
    assert found.holds
    assert found.same == 1
