"""How strongly somebody is authenticated, and what that opens: a password alone and a token are never strong."""

import time
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.urls import reverse

from portal.accounts import callers, confirming, services
from portal.accounts.identity import Caller
from portal.accounts.models import PersonalToken
from portal.accounts.tokens import authenticate_token
from portal.records.errors import Denied
from portal.records.services import chart
from tests.accounts.second_factor import code, give_app
from tests.cast import PASSWORD, Cast, account_of
from tests.staff import sign_in

REAUTHENTICATE = reverse("account_reauthenticate")
BY_CODE = reverse("mfa_reauthenticate")


def request_of(client: Client, caller: Caller) -> HttpRequest:
    """A request as this browser would send it now."""
    request: Any = RequestFactory().get("/")
    request.user, request.session, request.request_id = account_of(caller), client.session, "of a test"
    return request  # type: ignore[no-any-return]


def by_code(caller: Caller) -> Client:
    """A browser in which this person has signed in with password and code."""
    client = sign_in(caller)
    assert client.post(reverse("mfa_authenticate"), {"code": code()}).status_code == 302
    return client


def grow_old(client: Client, method: str) -> None:
    """Let the proofs by this method be 16 minutes old."""
    session = client.session
    for record in session["account_authentication_methods"]:
        if record["method"] == method:
            record["at"] = time.time() - 16 * 60
    session.save()


def standing(client: Client, caller: Caller) -> tuple[bool, bool]:
    """Whether this browser's user is strong, and whether they have confirmed who they are."""
    request = request_of(client, caller)
    return callers.caller_of_session(request).strong, confirming.confirmed_lately(request)


def test_a_password_alone_is_not_strong_but_confirms_who_has_nothing_else(cast: Cast) -> None:
    client = sign_in(cast.amara)
    assert standing(client, cast.amara) == (False, True)
    assert confirming.evidence(request_of(client, cast.amara))["method"] == "password"
    grow_old(client, "password")
    assert standing(client, cast.amara) == (False, False)


def test_a_second_factor_is_strong_for_a_quarter_of_an_hour(cast: Cast) -> None:
    give_app(cast.amara)
    client = by_code(cast.amara)
    assert standing(client, cast.amara) == (True, True)
    said = confirming.evidence(request_of(client, cast.amara))
    assert (said["method"], said["factor"]) == ("mfa", "totp")
    grow_old(client, "mfa")
    assert standing(client, cast.amara) == (False, False)


def test_a_new_password_does_not_confirm_who_has_a_second_factor(cast: Cast) -> None:
    client = sign_in(cast.amara)
    client.post(REAUTHENTICATE, {"password": PASSWORD})
    give_app(cast.amara)
    assert standing(client, cast.amara) == (False, False)
    assert client.post(REAUTHENTICATE, {"password": PASSWORD})["Location"].startswith(BY_CODE)


@pytest.mark.parametrize(("strength", "strong"), [("command", False), ("password", False), ("strong", True)])
def test_a_token_is_as_strong_as_its_owner_was_when_it_was_made(
    cast: Cast, strength: str, strong: bool
) -> None:
    text = services.create_token(user=account_of(cast.doctor), scopes="* emergency", strength=strength)
    request: Any = RequestFactory().get("/")
    request.request_id = "of a test"
    assert callers.caller_of_token(request, authenticate_token(text)).strong is strong


def test_an_operators_token_is_an_ordinary_one(cast: Cast) -> None:
    services.create_token(user=account_of(cast.doctor), scopes="*")
    assert PersonalToken.objects.get().strength == "command"


@pytest.mark.django_db(transaction=True)
def test_a_contract_that_asks_for_a_strong_log_in_is_not_met_by_less(cast: Cast) -> None:
    cast.grant(cast.doctor, "lab-results", strong=True)
    text = services.create_token(user=account_of(cast.doctor), scopes="* emergency sign")
    bare: Any = RequestFactory().get("/")
    bare.request_id = "of a test"
    by_token = callers.caller_of_token(bare, authenticate_token(text), role="clinician")
    with_password = callers.caller_of_session(request_of(sign_in(cast.doctor), cast.doctor), role="clinician")
    give_app(cast.doctor)
    with_code = callers.caller_of_session(request_of(by_code(cast.doctor), cast.doctor), role="clinician")

    def opens(caller: Caller) -> bool:
        try:
            chart(caller=caller, tenant=cast.hospital.id, person=cast.person, category="lab-results")
        except Denied:
            return False
        return True

    assert [opens(each) for each in (by_token, with_password, with_code)] == [False, False, True]
