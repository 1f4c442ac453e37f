"""FHIR is asked at random, well and badly: each answer is FHIR, and none is a fault of ours."""

import base64
import json
import os
import random
import time
from typing import Any

import httpx

from tests.api.house import ANA, GLUCOSE, House, observation

KINDS = [
    "Patient",
    "Observation",
    "Condition",
    "Practitioner",
    "AuditEvent",
    "Consent",
    "Provenance",
    "Binary",
    "Nothing",
    "patient",
]
KEYS = [
    ANA,
    GLUCOSE,
    "no-such",
    "a" * 64,
    "a" * 65,
    "%00",
    "..",
    "é",
    "$everything",
    "$validate",
    "_history",
    "1",
]
NAMES = [
    "patient", "subject", "_id", "category", "code", "date", "status", "identifier", "name", "birthdate", "gender",
    "_count", "_sort", "_include", "_revinclude", "_summary", "_elements", "_total", "_cursor", "_since", "_at",
    "_lastUpdated", "_has:Observation:patient:code", "code:text", "date:missing", "_type", "nothing", "", "_format",
]  # fmt: skip
VALUES = [
    ANA, f"Patient/{ANA}", "laboratory", "lab-results", "http://loinc.org|2345-7", "2024", "ge2024-01-01",
    "lt9999-12-31",
    "eq0000", "ge2024-13-45", "-1", "0", "201", "99999999999999999999", "\x00", "é\u202e", "|", "||", ",", ",,,",
    "true", "count",
    "*", "Observation:patient", "a" * 1001, "' OR 1=1 --", "%", "_", "\\", "json", "xml", "2024-01-01T00:00:00+99:00",
]  # fmt: skip
HEADERS = {
    "If-Match": ['W/"1"', '"x"', 'W/"99999999999999999999"', "*", ""],
    "If-None-Exist": ["identifier=x", "", "&&&", "_id=%00"],
    "If-None-Match": ['W/"1"', "x"],
    "If-Modified-Since": ["Mon, 01 Jan 2024 00:00:00 GMT", "x"],
    "Prefer": ["return=minimal", "return=nothing", "handling=strict", "handling=lenient", "respond-async"],
    "Purpose-Of-Use": ["TREAT", "BTG", "ETREAT", "nothing", "é"],
    "Accept": ["application/fhir+xml", "application/json", "*/*", "text/turtle"],
    "X-Tenant": ["st-mary", "nowhere", ""],
}
FORMS = [
    "application/fhir+json",
    "application/json",
    "application/json-patch+json",
    "text/plain",
    "application/x-www-form-urlencoded",
    "",
]
METHODS = ["GET", "GET", "GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"]


def test_fhir_answers_in_fhir_whatever_it_is_asked(house: House, seconds: int) -> None:
    seed = random.randrange(2**32) if "ASSENT_FUZZ_SECONDS" in os.environ else 1  # noqa: S311 - no secret
    draw = random.Random(seed)  # noqa: S311 - no secret
    callers = [house.ana, house.ben, house.doctor]
    wrong: list[str] = []
    asked, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        call = _call(draw)
        token = draw.choice(callers).token
        answer = _send(house.http, call, token)
        asked += 1
        if (fault := _fault(answer, call["method"])) and len(wrong) < 10:
            wrong.append(f"{call}: {fault}")
    assert wrong == [], f"seed {seed}, {asked} calls"
    assert asked > 20


def _call(draw: random.Random) -> dict[str, Any]:
    parts = ["fhir", draw.choice(["st-mary", "st-mary", "st-mary", "riverside", "nowhere", "%2e"])]
    for pool in (KINDS, KEYS, [*KEYS, "_search"], ["1", "2", "0", "999999999", "x"])[: draw.randrange(5)]:
        parts.append(draw.choice(pool))
    count = draw.randrange(4)
    params = [(draw.choice(NAMES), draw.choice(VALUES)) for _ in range(count)]
    headers = {name: draw.choice(values).encode() for name, values in HEADERS.items() if draw.random() < 0.15}
    method = draw.choice(METHODS)
    call: dict[str, Any] = {
        "method": method,
        "url": "/" + "/".join(parts),
        "params": params,
        "headers": headers,
    }
    if method in ("POST", "PUT", "PATCH"):
        headers["Content-Type"] = draw.choice(FORMS).encode()
        call["content"] = _body(draw)
    return call


def _body(draw: random.Random) -> bytes:
    resource = observation(draw.choice([GLUCOSE, "made"]), ANA, "laboratory", "2345-7", "1.5")
    for _ in range(draw.randrange(3)):
        resource[draw.choice([*resource, "extension", "contained", "meta", "text", "_status"])] = draw.choice(
            [
                None,
                [],
                {},
                "x",
                1,
                -1.5e300,
                True,
                "\u0000",
                [None],
                {"reference": "urn:uuid:x"},
                [[]],
                "<div>",
            ]
        )
    carried = {
        "resourceType": "Binary",
        "contentType": "application/json-patch+json",
        "data": base64.b64encode(json.dumps(_patch(draw)).encode()).decode(),
    }
    urls = [
        *KINDS,
        "",
        "Observation/x?",
        f"Observation/{GLUCOSE}",
        "Observation?identifier=x",
        "Patient?_id=%00",
    ]
    entry = [
        {
            "fullUrl": "urn:uuid:1",
            "resource": draw.choice([resource, carried]),
            "request": {"method": draw.choice(METHODS), "url": draw.choice(urls)},
        }
    ]
    bundle = {
        "resourceType": "Bundle",
        "type": draw.choice(["batch", "transaction", "collection", "x"]),
        "entry": draw.choice([entry, entry * 2, [], {}, [None], "x"]),
    }
    text = json.dumps(draw.choice([resource, resource, bundle, _patch(draw), [], "x", None, 1]))
    return draw.choice(
        [
            text.encode(),
            text.encode(),
            text.encode(),
            text.encode("utf-16"),
            b"",
            b"{",
            b"\xff",
            text[:-1].encode(),
            b"[" * 5000,
        ]
    )


def _patch(draw: random.Random) -> list[Any]:
    paths = [
        "",
        "/status",
        "/code/coding/0/code",
        "/note/-",
        "/id",
        "/subject/reference",
        "/~1",
        "status",
        None,
    ]
    values: list[Any] = ["amended", "\u0000", "\ud800", {}, [], None, 1e300, "Patient/ben", [{"text": "x"}]]
    operations = ["add", "remove", "replace", "move", "copy", "test", "smash"]
    return [
        {
            "op": draw.choice(operations),
            "path": draw.choice(paths),
            "from": draw.choice(paths),
            "value": draw.choice(values),
        }
        for _ in range(draw.randrange(4))
    ]


def _send(http: httpx.Client, call: dict[str, Any], token: str) -> httpx.Response:
    headers = {**call["headers"], "Authorization": f"Bearer {token}"}
    return http.request(**{**call, "headers": headers})


def _fault(answer: httpx.Response, method: str) -> str:
    """What is wrong with an answer; "" if nothing is."""
    if answer.status_code >= 500:
        return f"{answer.status_code}"
    if answer.status_code < 400 or method == "HEAD":
        return ""
    try:
        outcome = answer.json()
        known = outcome["resourceType"] == "OperationOutcome" and outcome["issue"][0]["severity"] in (
            "error",
            "fatal",
        )
    except (ValueError, KeyError, IndexError, TypeError):
        known = False
    return "" if known else f"{answer.status_code} without an OperationOutcome: {answer.content[:200]!r}"
