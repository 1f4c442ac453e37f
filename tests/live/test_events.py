"""Where no socket opens, a stream of events tells the same: each entry once, in order, from where it was cut."""

import json
from contextlib import ExitStack

import httpx
import pytest

from tests.api.house import ANA, BEN, House
from tests.live.page import append, log_out, sequenced, session_of
from tests.live.stream import Stream
from tests.live.test_notifications import head
from tests.live.test_open_chart import DOCTOR, grants
from tests.serving import Node


def test_a_stream_begins_now_and_tells_of_the_person_alone(node: Node, house: House) -> None:
    last = head(house, "st-mary", ANA)
    with Stream(node, session_of("ana@example.org")).begun() as page:
        append(house, "st-mary", house.people[BEN])
        append(house, "st-mary", house.people[ANA])
        page.listen(30, until=1)
        page.listen(0.3)
    assert page.said == [{"tenant": "st-mary", "seq": last + 1, "type": "access.permitted"}]
    assert page.answer.headers["cache-control"] == "no-store"


def test_a_stream_goes_on_where_it_was_cut_off(node: Node, house: House) -> None:
    head(house, "st-mary", ANA)
    session, seqs, position, last = session_of("ana@example.org"), [], "", -1
    for number in range(4):
        with Stream(node, session, last=position) as page:
            page.begun()
            if number == 0:
                last = json.loads(page.id)["st-mary"]
                append(house, "st-mary", house.people[ANA])
            seqs += [message["seq"] for message in page.listen(30, until=1 if number == 0 else 20)]
            position = page.id
        assert json.loads(position).keys() == {"st-mary", "riverside"}, (
            "whatever was not told of is known too"
        )
        for _ in range(20):
            append(house, "st-mary", house.people[ANA])
        sequenced(house, "st-mary", house.people[ANA], last + 2 + 20 * (number + 1))
    assert seqs == list(range(last + 1, last + 2 + 60))


def test_logging_out_ends_a_stream_and_a_visitor_gets_none(node: Node, house: House) -> None:
    session = session_of("ana@example.org")
    with Stream(node, session).begun() as page:
        log_out(node, session)
        page.listen(15)
        assert page.closed == 4401
    with Stream(node, session) as page:
        page.listen(15)
        assert (page.closed, page.said) == (4401, [])


@pytest.mark.parametrize("position", ["[]", "41", '{"st-mary": true}', "{"])
def test_a_position_that_is_none_is_refused(node: Node, house: House, position: str) -> None:
    with Stream(node, session_of("ana@example.org"), last=position) as page:
        page.listen(15)
        assert page.closed == 4400


def test_revoking_ends_the_stream_of_an_open_chart(node: Node, house: House) -> None:
    contract = grants(house.ana)
    path = f"/live/chart/riverside/st-mary/{house.people[ANA]}/lab-results/"
    with Stream(node, session_of(DOCTOR), path) as page:
        page.listen(0.5)
        assert page.said == []
        house.ana.post(f"/api/v1/contracts/{contract}/revoke/")
        page.listen(15)
        assert (page.said, page.closed) == ([{"type": "access.ended"}], 4403)


def test_open_streams_hold_no_connections(node: Node, house: House) -> None:
    """More of them than the pool of the tests has (12)."""
    last = head(house, "st-mary", ANA)
    session = session_of("ana@example.org")
    with ExitStack() as open_:
        pages = [open_.enter_context(Stream(node, session)).begun() for _ in range(30)]
        assert httpx.get(f"{node.url}/readyz", timeout=5).status_code == 200
        append(house, "st-mary", house.people[ANA])
        for page in pages:
            assert [message["seq"] for message in page.listen(30, until=1)] == [last + 1]
