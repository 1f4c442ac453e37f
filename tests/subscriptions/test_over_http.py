"""Subscriptions as programs meet them: made at the FHIR server, told through a real socket."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import websocket
from fhir.resources.R4B import get_fhir_model_class

from ledger import selectors as ledger
from ledger.scope import tenant_scope
from portal.records.importing import import_content
from tests.api.house import ANA, Caller, House, build, contract_body, observation
from tests.live.page import sequenced
from tests.serving import Node
from tests.subscriptions.receiver import kind, named, numbers, parameter

FHIR = "application/fhir+json"
GUIDE = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition"
Json = dict[str, Any]


@pytest.fixture
def house(node: Node) -> Iterator[House]:
    with httpx.Client(base_url=node.url, timeout=10) as http:
        yield build(http)


def subscription(**changes: Any) -> Json:
    return {
        "resourceType": "Subscription",
        "status": "requested",
        "reason": "To keep my own copy",
        "criteria": "urn:assent:topic:record-changed",
        "_criteria": {
            "extension": [
                {
                    "url": f"{GUIDE}/backport-filter-criteria",
                    "valueString": f"Observation?patient=Patient/{ANA}",
                }
            ]
        },
        "channel": {
            "type": "websocket",
            "payload": FHIR,
            "_payload": {"extension": [{"url": f"{GUIDE}/backport-payload-content", "valueCode": "id-only"}]},
        },
        **changes,
    }


def post(caller: Caller, resource: Json) -> httpx.Response:
    body = json.dumps(resource)
    return caller.post("/fhir/st-mary/Subscription", content=body, headers={"Content-Type": FHIR})


def made(caller: Caller, **changes: Any) -> str:
    answer = post(caller, subscription(**changes))
    assert answer.status_code == 201, answer.text
    get_fhir_model_class("Subscription").model_validate(answer.json())
    return str(answer.json()["id"])


def bound(node: Node, caller: Caller, key: str) -> websocket.WebSocket:
    """A socket that was bound and greeted. It sends no Origin, as programs do not."""
    answer = caller.get(f"/fhir/st-mary/Subscription/{key}/$get-ws-binding-token")
    assert answer.status_code == 200, answer.text
    get_fhir_model_class("Parameters").model_validate(answer.json())
    given = {part["name"]: next(iter(list(part.values())[1:])) for part in answer.json()["parameter"]}
    assert given["websocket-url"] == node.url.replace("http", "ws") + "/ws/subscriptions/"
    socket = websocket.create_connection(given["websocket-url"], timeout=30, suppress_origin=True)
    socket.send(f"bind-with-token {given['token']}")
    return socket


def said(socket: websocket.WebSocket) -> Json:
    """The next notification, heartbeats left out."""
    while True:
        bundle: Json = json.loads(socket.recv())
        if kind(bundle) != "heartbeat":
            return bundle


def closed(socket: websocket.WebSocket) -> int:
    opcode, content = socket.recv_data()
    while opcode != websocket.ABNF.OPCODE_CLOSE:
        opcode, content = socket.recv_data()
    return int.from_bytes(content[:2], "big")


def write(house: House, key: str) -> None:
    record = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": observation(key, ANA, "laboratory", "2345-7", "1.5")}],
    }
    report = import_content(
        tenant=house.tenants["st-mary"], content=json.dumps(record).encode(), source="test"
    )
    assert not report.failed


def settled(house: House) -> None:
    """Until what was imported has its place, so that a subscription begins behind it."""
    sequenced(house, "st-mary", house.people[ANA], 1)


def test_a_socket_is_told_of_a_change_and_closes_when_the_contract_ends(node: Node, house: House) -> None:
    settled(house)
    contract = house.ana.post("/api/v1/contracts/", json=contract_body())
    assert contract.status_code == 201, contract.text
    key = made(house.doctor)
    socket = bound(node, house.doctor, key)
    try:
        assert kind(said(socket)) == "handshake"
        write(house, "new-1")
        event = said(socket)
        get_fhir_model_class("Bundle").model_validate(event)
        assert (kind(event), named(event), numbers(event)) == (
            "event-notification",
            ["Observation/new-1"],
            ["1"],
        )
        read = house.doctor.get(f"/fhir/st-mary/{named(event)[0]}")
        assert read.status_code == 200
        ended = house.ana.post(f"/api/v1/contracts/{contract.json()['id']}/revoke/", json={})
        assert ended.status_code == 200, ended.text
        assert closed(socket) == 4403
    finally:
        socket.shutdown()  # type: ignore[no-untyped-call]
    assert house.doctor.get(f"/fhir/st-mary/Subscription/{key}").json()["status"] == "off"


def test_what_came_while_no_socket_was_there_is_told_first(node: Node, house: House) -> None:
    settled(house)
    key = made(house.ana)
    write(house, "while-away")
    with tenant_scope(house.tenants["st-mary"]):
        before = ledger.subject_head(house.people[ANA])
    sequenced(house, "st-mary", house.people[ANA], max(before, 1) + 1)
    socket = bound(node, house.ana, key)
    try:
        assert kind(said(socket)) == "handshake"
        assert named(said(socket)) == ["Observation/while-away"]
    finally:
        socket.shutdown()  # type: ignore[no-untyped-call]
    state = house.ana.get(f"/fhir/st-mary/Subscription/{key}/$status").json()
    assert parameter(state, "events-since-subscription-start") in (
        "0",
        "1",
    )  # the socket may be ahead of its note


@pytest.mark.parametrize(("text", "code"), [("bind-with-token nonsense", 4401), ("hello", 4400), ("", 4400)])
def test_a_socket_without_a_good_token_is_closed(node: Node, house: House, text: str, code: int) -> None:
    address = node.url.replace("http", "ws") + "/ws/subscriptions/"
    socket = websocket.create_connection(address, timeout=30, suppress_origin=True)
    try:
        socket.send(text)
        assert closed(socket) == code
    finally:
        socket.shutdown()  # type: ignore[no-untyped-call]


def test_it_is_read_listed_and_ended_by_whoever_made_it(house: House) -> None:
    key = made(house.ana)
    address = "/fhir/st-mary/Subscription"
    shown = house.ana.get(f"{address}/{key}").json()
    asked = subscription()
    assert {name: shown[name] for name in ("criteria", "_criteria", "channel", "reason")} == {
        name: asked[name] for name in ("criteria", "_criteria", "channel", "reason")
    }
    found = house.ana.get(address, params={"status": "active", "type": "websocket"}).json()
    assert [one["resource"]["id"] for one in found["entry"]] == [key]
    assert house.ana.get(address, params={"status": "off"}).json()["total"] == 0
    states = house.ana.get(f"{address}/$status").json()
    get_fhir_model_class("Bundle").model_validate(states)
    for somebody in (house.ben, house.doctor):
        assert somebody.get(f"{address}/{key}").status_code == 404
        assert somebody.call("DELETE", f"{address}/{key}").status_code == 404
        assert somebody.get(f"{address}/{key}/$status").status_code == 404
        assert somebody.get(f"{address}/{key}/$get-ws-binding-token").status_code == 404
        assert somebody.get(address).json()["total"] == 0
    assert house.http.get(address).status_code == 401
    assert house.ana.call("DELETE", f"{address}/{key}").status_code == 204
    assert house.ana.get(f"{address}/{key}").status_code == 404


def test_nobody_subscribes_to_what_they_may_not_read(house: House) -> None:
    assert post(house.doctor, subscription()).status_code == 403
    accesses = subscription(criteria="urn:assent:topic:record-accessed")
    accesses["_criteria"]["extension"][0]["valueString"] = f"?patient=Patient/{ANA}"
    assert post(house.doctor, accesses).status_code in (403, 404)
    assert post(house.ana, accesses).status_code == 201


@pytest.mark.parametrize(
    ("changes", "expression"),
    [
        ({"status": "active"}, "Subscription.status"),
        ({"criteria": "Observation?code=1"}, "Subscription.criteria"),
        ({"_criteria": {}}, "Subscription.criteria.extension"),
        ({"channel": {"type": "email"}}, "Subscription.channel.type"),
        ({"channel": {"type": "rest-hook"}}, "Subscription.channel.endpoint"),
        (
            {"channel": {"type": "rest-hook", "endpoint": "http://10.0.0.1/"}},
            "Subscription.channel.endpoint",
        ),
        ({"contact": []}, "Subscription.contact"),
        ({"end": "never"}, "Subscription.end"),
        ({"reason": ""}, "Subscription.reason"),
    ],
)
def test_what_is_not_served_is_refused_at_its_element(house: House, changes: Json, expression: str) -> None:
    answer = post(house.ana, subscription(**changes))
    assert answer.status_code == 422, answer.text
    assert answer.json()["issue"][0]["expression"] == [expression]


def test_the_capability_statement_names_the_topics(house: House) -> None:
    statement = house.http.get("/fhir/st-mary/metadata").json()
    (shown,) = [one for one in statement["rest"][0]["resource"] if one["type"] == "Subscription"]
    assert {one["valueCanonical"] for one in shown["extension"]} == {
        "urn:assent:topic:record-changed",
        "urn:assent:topic:record-accessed",
    }
    assert {one["name"] for one in shown["operation"]} == {"status", "get-ws-binding-token"}
