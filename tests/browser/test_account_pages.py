"""The pages of one's own account that are ours, and taking somebody's roles away, by the keyboard in both sizes."""

import pytest

from portal.accounts.services import create_token
from tests.browser.conftest import SeatOf
from tests.browser.staff import NARROW, WIDE, Seat
from tests.cast import Cast, account_of

pytestmark = pytest.mark.browser


def held_to_the_rules(seat: Seat) -> None:
    for viewport in (NARROW, WIDE):
        seat.page.set_viewport_size(viewport)  # type: ignore[arg-type]
        seat.check()


def test_a_token_is_seen_and_ended(cast: Cast, seat_of: SeatOf) -> None:
    token = create_token(user=account_of(cast.amara), scopes="* sign emergency")
    with seat_of(cast.amara) as seat:
        seat.go("/accounts/tokens/")
        held_to_the_rules(seat)
        seat.press(f"End {token[:13]}")
        seat.page.get_by_text("has ended").wait_for()
        held_to_the_rules(seat)


def test_a_member_is_removed(cast: Cast, seat_of: SeatOf) -> None:
    with seat_of(cast.administrator) as seat:
        seat.go(f"/administration/{cast.hospital.slug}/staff/")
        held_to_the_rules(seat)
        seat.press("Remove Dr Jonas Okafor")
        seat.page.get_by_role("heading", name="Remove Dr Jonas Okafor?").wait_for()
        held_to_the_rules(seat)
        seat.press("Remove", exact=True)
        seat.page.get_by_text("does not work here any more").wait_for()
        assert not seat.page.get_by_role("link", name="Remove Dr Jonas Okafor").count()
