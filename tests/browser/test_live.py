"""The patient's open page hears of an access as it happens, and misses none that happened while it could not hear."""

import sys
import time

import httpx
import pytest
from playwright.sync_api import Page, expect

from portal.accounts.services import create_token
from portal.records.services import chart
from tests.browser.conftest import SeatOf
from tests.cast import PATIENT, Cast, account_of
from tests.serving import Node
from tests.walk import emergency

pytestmark = pytest.mark.browser

WITHIN_SECONDS = 1.0


def connected(page: Page) -> None:
    expect(page.locator("[data-live-state]")).to_have_text("Live")


@pytest.mark.parametrize("address", ["/history/", "/"])
def test_a_read_over_fhir_appears_within_a_second(
    cast: Cast, node: Node, seat_of: SeatOf, address: str
) -> None:
    cast.grant(cast.doctor, "lab-results")
    token = create_token(user=account_of(cast.doctor), scopes="*")
    search = f"{node.url}/fhir/{cast.hospital.slug}/Observation?patient={PATIENT}&category=laboratory"
    with seat_of(cast.amara) as seat, httpx.Client(headers={"Authorization": f"Bearer {token}"}) as app:
        seat.go(address)
        connected(seat.page)
        seat.page.evaluate("window.unchanged = true")
        start = time.monotonic()
        answer = app.get(search)
        answered = time.monotonic()
        assert answer.status_code == 200, answer.text
        line = seat.page.locator("ol[data-live-src] [data-who]").filter(has_text="Okafor")
        line.wait_for(timeout=5000)
        seen = time.monotonic()
        sys.stderr.write(
            f"\n{address}: line {seen - start:.3f} s after the request, {seen - answered:.3f} s after the answer\n"
        )
        assert seen - start < WITHIN_SECONDS
        assert seat.page.evaluate("window.unchanged")
        assert seat.page.locator("[data-live-say]").inner_text().startswith("Dr\xa0Jonas")
        seat.check()


def test_another_page_shows_a_note(cast: Cast, seat_of: SeatOf) -> None:
    cast.grant(cast.doctor, "lab-results")
    with seat_of(cast.amara) as seat:
        seat.go("/sharing/")
        connected(seat.page)
        chart(caller=cast.doctor, tenant=cast.hospital.id, person=cast.person, category="lab-results")
        note = seat.page.locator("[data-live-toasts]")
        expect(note).to_contain_text("Okafor")
        expect(note).to_contain_text("lab results")
        seat.check()


def test_the_note_of_an_emergency_looks_like_one(cast: Cast, seat_of: SeatOf) -> None:
    with seat_of(cast.amara) as seat:
        seat.go("/sharing/")
        connected(seat.page)
        emergency(cast)
        note = seat.page.locator(".toast-note--alarm").first
        expect(note).to_contain_text("Brandt")
        seat.check()


def test_what_happened_while_the_server_was_gone_is_caught_up_and_nothing_is_doubled(
    cast: Cast, node: Node, seat_of: SeatOf
) -> None:
    cast.grant(cast.doctor, "lab-results", "medicines")
    cast.grant(cast.family_doctor, "medicines")

    def look(caller: object, category: str) -> None:
        chart(caller=caller, tenant=cast.hospital.id, person=cast.person, category=category)  # type: ignore[arg-type]

    with seat_of(cast.amara) as seat:
        seat.go("/history/")
        connected(seat.page)
        look(cast.doctor, "lab-results")
        whos = seat.page.locator("ol[data-live-src] [data-who]")
        expect(whos).to_have_count(1)
        node.kill("web")
        expect(seat.page.locator("[data-live-state]")).to_have_text("Reconnecting")
        look(cast.doctor, "medicines")
        look(cast.family_doctor, "medicines")
        node.start_web()
        expect(whos).to_have_count(2, timeout=20_000)
        connected(seat.page)
        expect(whos).to_have_text(["Dr\xa0Helen Brandt", "Dr\xa0Jonas Okafor"])
        expect(seat.page.locator("ol[data-live-src] .link__more li")).to_have_count(3)
        entries = seat.page.locator("ol[data-live-src] [data-entry]")
        names = entries.evaluate_all("items => items.map((item) => item.dataset.entry)")
        assert len(names) == len(set(names))


# As behind a proxy that lets no socket through.
NO_SOCKET = """
window.WebSocket = class { constructor() { setTimeout(() => this.onclose({code: 1006})); } close() {} };
"""


def test_where_no_socket_opens_a_stream_of_events_tells_the_same(
    cast: Cast, node: Node, seat_of: SeatOf
) -> None:
    cast.grant(cast.doctor, "lab-results")
    cast.grant(cast.family_doctor, "medicines")
    with seat_of(cast.amara) as seat:
        seat.page.add_init_script(NO_SOCKET)
        seat.go("/history/")
        connected(seat.page)
        whos = seat.page.locator("ol[data-live-src] [data-who]")
        chart(caller=cast.doctor, tenant=cast.hospital.id, person=cast.person, category="lab-results")
        expect(whos).to_have_count(1)
        node.kill("web")
        expect(seat.page.locator("[data-live-state]")).to_have_text("Reconnecting")
        chart(caller=cast.family_doctor, tenant=cast.hospital.id, person=cast.person, category="medicines")
        node.start_web()
        expect(whos).to_have_count(2, timeout=20_000)
        connected(seat.page)
        with seat.context.expect_page() as opened:
            seat.page.evaluate("window.open('/accounts/logout/')")
        opened.value.get_by_role("button", name="Sign out").last.click()
        expect(seat.page.locator("[data-live-state]")).to_have_text("Signed out")
