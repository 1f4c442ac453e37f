"""A person's open page is told of each entry about them: at once, once, in order, and nobody else's."""

import time

import psycopg
import pytest
import websocket

from ledger import selectors as ledger
from ledger.scope import tenant_scope
from portal.live.pump import APPLICATION
from tests.api.house import ANA, BEN, House
from tests.live.page import Page, append, log_out, sequenced, session_of
from tests.serving import Node


def head(house: House, slug: str, name: str) -> int:
    """The seq of the newest entry about the person, once all that was imported has its place."""
    sequenced(house, slug, house.people[name], 1)
    with tenant_scope(house.tenants[slug]):
        return ledger.subject_head(house.people[name])


def test_a_page_is_told_of_a_new_entry_within_a_second(node: Node, house: House) -> None:
    last = head(house, "st-mary", ANA)
    with Page(node, session_of("ana@example.org")) as page:
        page.hello(st_mary=last)
        page.listen(0.3)
        waits = []
        for number in range(1, 6):
            began = time.monotonic()
            append(house, "st-mary", house.people[ANA])
            page.listen(30, until=number)
            waits.append(time.monotonic() - began)
    assert sorted(waits)[2] < 1, waits
    assert page.said == [
        {"tenant": "st-mary", "seq": last + number, "type": "access.permitted"} for number in range(1, 6)
    ]


def test_a_page_hears_of_every_organisation_and_of_nobody_else(node: Node, house: House) -> None:
    lasts = {slug: head(house, slug, ANA) for slug in ("st-mary", "riverside")}
    with Page(node, session_of("ana@example.org")) as page:
        page.hello(**lasts)
        page.listen(0.3)
        append(house, "st-mary", house.people[BEN])
        append(house, "st-mary", None, kind="policy.changed")
        append(house, "riverside", house.people[ANA], kind="access.denied")
        page.listen(30, until=1)
        page.listen(0.5)
    assert page.said == [{"tenant": "riverside", "seq": lasts["riverside"] + 1, "type": "access.denied"}]


def test_a_page_that_was_away_is_given_what_it_missed_and_then_goes_on(node: Node, house: House) -> None:
    last = head(house, "st-mary", ANA)
    for _ in range(3):
        append(house, "st-mary", house.people[ANA])
    sequenced(house, "st-mary", house.people[ANA], last + 4)
    with Page(node, session_of("ana@example.org")) as page:
        page.hello(st_mary=last)
        page.listen(30, until=3)
        append(house, "st-mary", house.people[ANA])
        page.listen(30, until=4)
        page.listen(0.3)
    assert [message["seq"] for message in page.said] == [last + 1, last + 2, last + 3, last + 4]


def test_a_page_that_names_no_position_starts_at_the_newest(node: Node, house: House) -> None:
    last = head(house, "st-mary", ANA)
    with Page(node, session_of("ana@example.org")) as page:
        page.hello()
        page.listen(0.3)
        append(house, "st-mary", house.people[ANA])
        page.listen(30, until=1)
    assert [message["seq"] for message in page.said] == [last + 1]


def test_nothing_is_lost_or_doubled_when_the_listener_is_killed_again_and_again(
    node: Node, house: House, administrator: "psycopg.Connection[tuple[int]]"
) -> None:
    last, entries, kills = head(house, "st-mary", ANA), 120, 0
    with Page(node, session_of("ana@example.org")) as page:
        page.hello(st_mary=last)
        page.listen(0.2)
        for number in range(entries):
            append(house, "st-mary", house.people[ANA])
            if number % 20 == 10:
                kills += len(
                    administrator.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        " WHERE application_name = %s AND datname = current_database()",
                        [APPLICATION],
                    ).fetchall()
                )
        page.listen(30, until=entries)
        page.listen(0.5)
    assert kills >= 1
    assert [message["seq"] for message in page.said] == list(range(last + 1, last + 1 + entries))


def test_two_pages_of_one_person_hear_the_same(node: Node, house: House) -> None:
    last = head(house, "st-mary", ANA)
    session = session_of("ana@example.org")
    with Page(node, session) as one, Page(node, session) as other:
        for page in (one, other):
            page.hello(st_mary=last)
            page.listen(0.2)
        append(house, "st-mary", house.people[ANA])
        assert one.listen(30, until=1) == other.listen(30, until=1)
        assert len(one.said) == 1


def test_a_socket_closes_at_once_when_its_session_logs_out(node: Node, house: House) -> None:
    session, elsewhere = session_of("ana@example.org"), session_of("ana@example.org")
    with Page(node, session) as page, Page(node, elsewhere) as other:
        for each in (page, other):
            each.hello()
            each.listen(0.2)
        began = time.monotonic()
        log_out(node, session)
        page.listen(30)
        assert page.closed == 4401
        assert time.monotonic() - began < 5  # the heartbeat, which would close it too, is slower
        append(house, "st-mary", house.people[ANA])
        assert len(other.listen(30, until=1)) == 1


def test_a_wake_up_is_not_sent_to_a_session_that_was_ended_elsewhere(node: Node, house: House) -> None:
    from django.contrib.sessions.models import Session

    for slug in house.tenants:
        head(house, slug, ANA)
    session = session_of("ana@example.org")
    with Page(node, session) as page:
        page.hello()
        page.listen(0.3)
        Session.objects.filter(session_key=session).delete()
        append(house, "st-mary", house.people[ANA])
        page.listen(30)
    assert page.closed == 4401
    assert page.said == []


def test_a_visitor_is_told_to_log_in(node: Node, house: House) -> None:
    with Page(node, "0" * 32) as page:
        page.listen(30)
    assert page.closed == 4401


@pytest.mark.parametrize(
    "message",
    ["", "[]", "{", '{"last": []}', '{"last": {"st-mary": "1"}}', '{"last": {"st-mary": true}}', "[" * 9000],
)
def test_a_socket_that_talks_nonsense_is_closed(node: Node, house: House, message: str) -> None:
    with Page(node, session_of("ana@example.org")) as page:
        page.socket.send(message)
        page.listen(30)
    assert page.closed == 4400


def test_another_site_cannot_open_a_socket_with_the_persons_cookie(node: Node, house: House) -> None:
    cookie = f"assent-session-{node.port}={session_of('ana@example.org')}"
    address = node.url.replace("http", "ws") + "/ws/notifications/"
    with pytest.raises(websocket.WebSocketBadStatusException):
        websocket.create_connection(address, timeout=5, cookie=cookie, origin="https://elsewhere.example")
