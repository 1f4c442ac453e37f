"""A patient signs with a passkey: Chromium's virtual authenticator is the device, the node knows no difference."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import CDPSession

from consent import selectors as consent
from consent import services as consent_services
from consent.passkey import verify_assertion
from ledger.scope import party_scope, tenant_scope
from tests.browser.conftest import SeatOf
from tests.browser.keyboard import press
from tests.browser.staff import Seat
from tests.browser.test_patient_journey import fill_in, opens
from tests.cast import PASSWORD, Cast

pytestmark = pytest.mark.browser
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@contextmanager
def device(seat: Seat) -> Iterator[tuple[CDPSession, str]]:
    """A device with a fingerprint reader, where this browser runs."""
    session = seat.context.new_cdp_session(seat.page)
    session.send("WebAuthn.enable")
    added = session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    yield session, added["authenticatorId"]
    session.send("WebAuthn.disable")


def add_passkey(seat: Seat) -> None:
    seat.go("/accounts/2fa/webauthn/add/")
    if seat.page.get_by_label("Password").count():
        seat.page.get_by_label("Password").fill(PASSWORD)
        press(seat.page, "Continue")
    seat.page.get_by_role("button", name="Add this device").click()
    seat.page.wait_for_url(lambda url: not url.endswith("/add/"))


def contracts(cast: Cast, *states: str) -> list[Any]:
    with party_scope(cast.person):
        return consent.contracts_of_person(cast.person, states=states)


def test_a_contract_is_signed_with_a_passkey_and_anyone_can_check_it(cast: Cast, seat_of: SeatOf) -> None:
    with seat_of(cast.amara) as seat, device(seat):
        add_passkey(seat)
        fill_in(seat, cast)
        seat.check()
        assert opens(cast) == []
        press(seat.page, "Sign with your passkey")
        seat.page.get_by_text("Signed. Sharing has started").wait_for()
        seat.page.get_by_text("with your passkey on").wait_for()
        seat.check()
    assert opens(cast) == ["demographics", "conditions", "lab-results"]
    (contract,) = contracts(cast, "active")
    assert contract.signature_kind == "passkey"
    evidence = contract.signature_evidence
    assert verify_assertion(evidence) > 0
    assert evidence["signed"]["code_hash"] == contract.code_hash
    assert evidence["origin"] == seat.node.url
    stored = Authenticator.objects.get(user=cast.amara.user, type="webauthn")
    assert stored.data["sign_count"] > 0


def test_a_device_that_does_not_verify_who_is_there_signs_nothing(cast: Cast, seat_of: SeatOf) -> None:
    with tenant_scope(cast.hospital.id):
        consent_services.set_signature_rule(kinds=["passkey"], actor=cast.administrator.user)
    with seat_of(cast.amara) as seat, device(seat) as (session, key):
        add_passkey(seat)
        fill_in(seat, cast)
        assert not seat.page.get_by_role("button", name="Sign and share").count(), (
            "the weaker kind is refused"
        )
        session.send("WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": False})
        seat.page.get_by_role("button", name="Sign with your passkey").click()
        seat.page.get_by_text("Your device did not sign. Nothing is shared.").wait_for()
        assert opens(cast) == []
        session.send("WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": True})
        seat.page.get_by_role("button", name="Sign with your passkey").click()
        seat.page.get_by_text("Signed. Sharing has started").wait_for()
    assert [each.signature_kind for each in contracts(cast, "active")] == ["passkey"]
