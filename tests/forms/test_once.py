"""A form takes effect once, however often it is sent."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections
from django.http import HttpResponse, HttpResponseRedirect
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from consent.selectors import base_policy
from ledger.scope import tenant_scope
from portal.accounts.form_keys import forget_old, new_key
from portal.accounts.models import FormKey
from portal.staff.once import once
from tests import cast as people
from tests.cast import Cast, account_of
from tests.staff import sign_in, sign_in_and_confirm, text


@pytest.fixture
def cast(db: None) -> Cast:
    return people.build()


def address(cast: Cast) -> str:
    return reverse("administration:policy", args=[cast.hospital.slug])


def shown(client: Client, page: str) -> dict[str, str]:
    """The key of the form on a page."""
    found = re.search(r'name="form_key" value="([^"]+)"', client.get(page).content.decode())
    assert found
    return {"form_key": found[1]}


def in_force(cast: Cast) -> str:
    with tenant_scope(cast.hospital.id):
        return base_policy()[1]


def test_the_same_again_leads_to_where_the_first_one_led_and_changes_nothing(cast: Cast) -> None:
    """A tab that was left open sends its form again after somebody has chosen otherwise."""
    client = sign_in_and_confirm(cast.administrator)
    first, second = variants(client, cast)[:2]
    form = {**shown(client, address(cast)), "variant": first}
    client.post(address(cast), form)
    client.post(address(cast), {**shown(client, address(cast)), "variant": second})
    assert client.post(address(cast), form)["Location"] == address(cast)
    assert in_force(cast) == second


def test_a_new_form_is_a_new_act(cast: Cast) -> None:
    client = sign_in_and_confirm(cast.administrator)
    for variant in (*variants(client, cast)[:2], variants(client, cast)[0]):
        client.post(address(cast), {**shown(client, address(cast)), "variant": variant})
        assert in_force(cast) == variant


def test_going_back_and_answering_otherwise_is_another_act(cast: Cast) -> None:
    client = sign_in_and_confirm(cast.administrator)
    form = shown(client, address(cast))
    for variant in variants(client, cast)[:2]:
        client.post(address(cast), {**form, "variant": variant})
        assert in_force(cast) == variant


def test_after_a_fault_the_same_form_can_be_sent_again(cast: Cast) -> None:
    client = sign_in_and_confirm(cast.administrator)
    page = reverse("administration:staff", args=[cast.hospital.slug])
    form = {**shown(client, page), "email": "new@example", "role": "clinician"}
    assert client.post(page, form).status_code == 200
    people.make_caller("new@example.org", "Newly Made")
    assert client.post(page, {**form, "email": "new@example.org"}).status_code == 302


def test_a_key_of_another_account_is_no_key(cast: Cast) -> None:
    client = sign_in_and_confirm(cast.administrator)
    first, second = variants(client, cast)[:2]
    form = {**shown(sign_in(cast.privacy_officer), address(cast)), "variant": first}
    client.post(address(cast), form)
    client.post(address(cast), {**shown(client, address(cast)), "variant": second})
    client.post(address(cast), form)
    assert in_force(cast) == first


@pytest.mark.django_db(transaction=True)
def test_of_several_at_the_same_time_one_has_its_effect_and_all_are_led_there(cast: Cast) -> None:
    user = account_of(cast.amara)
    key = new_key(user.id)
    done = []

    def act() -> HttpResponse:
        done.append(1)
        return HttpResponseRedirect("/there/")

    def send(_: int) -> str:
        request = RequestFactory().post("/", {"form_key": key, "words": "the same"})
        request.user = user
        try:
            return once(request, act).headers["Location"]
        finally:
            connections["default"].close()

    with ThreadPoolExecutor(4) as threads:
        assert set(threads.map(send, range(4))) == {"/there/"}
    assert len(done) == 1


def test_what_was_broken_off_on_its_way_is_not_called_done(cast: Cast) -> None:
    client = sign_in_and_confirm(cast.administrator)
    first, second = variants(client, cast)[:2]
    form = {**shown(client, address(cast)), "variant": first}
    client.post(address(cast), form)
    # What stands there if the process is ended between taking the form and doing what it says.
    FormKey.objects.update(done=False, location="", made=timezone.now() - timedelta(minutes=1))
    for _ in range(2):
        answer = client.post(address(cast), form)
        assert answer.status_code == 409
        assert "not known whether it was done" in text(answer)
    client.post(address(cast), {**shown(client, address(cast)), "variant": second})
    assert in_force(cast) == second


def test_old_keys_are_forgotten(cast: Cast) -> None:
    client = sign_in_and_confirm(cast.administrator)
    client.post(address(cast), {**shown(client, address(cast)), "variant": variants(client, cast)[0]})
    assert forget_old() == 0
    FormKey.objects.filter(user=account_of(cast.administrator)).update(
        made=timezone.now() - timedelta(days=3)
    )
    assert forget_old() == 1


def variants(client: Client, cast: Cast) -> list[str]:
    field = client.get(address(cast)).context["form"].fields["variant"]
    return [value for value, _ in field.choices]
