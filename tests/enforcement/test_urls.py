"""No address of the project returns what stands in a record without a decision in the ledger. All of them are tried."""

import io
import json
import re
import zipfile
from collections import defaultdict
from typing import Any

import pytest
from django.test import Client

from consent import services
from ledger.sequencing import drain
from tests.cast import PATIENT
from tests.enforcement import world as worlds
from tests.enforcement.patterns import Address, addresses, route_of, sockets
from tests.enforcement.table import NEVER, PREFIXES, SOCKETS, reason
from tests.enforcement.world import MARKER, Asker, World
from tests.staff import streamed

BY_PATIENT, FORM = f"patient={PATIENT}", "application/x-www-form-urlencoded"
QUERIES = {
    "fhir/<tenant>/<kind>": BY_PATIENT,
    "fhir/<tenant>/<kind>/_search": BY_PATIENT,
    "fhir/<tenant>/<kind>/_history": BY_PATIENT,
    "fhir/<tenant>/DocumentReference/$docref": BY_PATIENT,
}
VALUES = {"fhir/<tenant>/Patient/<key>/$everything": {"key": PATIENT}}
BATCH = {
    "resourceType": "Bundle",
    "type": "batch",
    "entry": [{"request": {"method": "GET", "url": f"Condition/{PATIENT}-marked"}}],
}
BODIES = {"fhir/<tenant>/": (json.dumps(BATCH), "application/fhir+json")}
CATEGORIES = ("conditions", "lab-results")
LINK = re.compile(rb'href="(/[^"?#]*/)[?#"]')
LINKS, DEPTH = 5, 2  # of one kind at a time, and how often what they led to is followed again
PROGRAMS = ("api/", "fhir/")


@pytest.fixture
def world(transactional_db: None, no_other_sequencer: None, administrator: Any) -> World:
    return worlds.build(administrator)


def test_nobody_sees_content_without_an_entry_and_who_may_not_sees_none(world: World) -> None:
    attempt = Attempt(world)
    for asker in world.askers:
        attempt.everything(asker)
    assert attempt.wrong == []
    _everything_is_accounted_for(attempt.shown)
    drain()
    for place in (world.cast.hospital, world.cast.practice):
        found = services.replay(tenant=place.id)
        assert found.holds, found.findings[:5]


class Attempt:
    """Tries all addresses for one asker after the other. `shown`: who saw the record where; `wrong`: in sentences."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.shown: dict[str, set[str]] = defaultdict(set)
        self.wrong: list[str] = []

    def everything(self, asker: Asker) -> None:
        """Every address by its parameters, then the links that the answers led to: some are known to nobody before."""
        links: dict[str, set[str]] = defaultdict(set)
        clients = {kind: asker.client(kind) for kind in ("", *PROGRAMS)}
        for address in addresses():
            if asker.name != worlds.DOCTOR and reason(address.route) and address.route not in NEVER:
                continue  # exempt as a whole: one asker is enough
            client = clients[next((kind for kind in PROGRAMS if address.route.startswith(kind)), "")]
            for path in _paths(address, asker):
                for method in ("GET", "POST"):
                    _gather(links, self._ask(asker, address.route, path, client, method))
        tried: set[str] = set()
        for _ in range(DEPTH):
            for route in sorted(links.keys() - {"accounts/logout/"}):
                for link in sorted(links[route] - tried)[:LINKS]:
                    tried.add(link)
                    _gather(links, self._ask(asker, route, link, clients[""], "GET"))

    def _ask(self, asker: Asker, route: str, path: str, client: Client, method: str) -> list[str]:
        before = self._world.decisions()
        query = QUERIES.get(route, "")
        if method == "GET":
            answer: Any = client.get(f"{path}?{query}" if query else path)
        else:
            body, form = BODIES.get(route, (query, FORM))
            answer = client.post(path, body, content_type=form)
        if answer.get("Content-Type") == "text/event-stream":
            return []  # has no end; the socket that says the same is in SOCKETS
        content = unpacked(streamed(answer) if getattr(answer, "streaming", False) else answer.content)
        if MARKER.encode() in unpacked(content):
            self.shown[route].add(asker.name)
            if not asker.may:
                self.wrong.append(f"{path} shows the record to {asker.name}")
            if self._world.decisions() == before:
                self.wrong.append(f"{path} shows the record to {asker.name}, and no entry tells of it")
        return [found.decode() for found in LINK.findall(content)]


def unpacked(content: bytes) -> bytes:
    """What is in an archive; anything else as it is."""
    if not content.startswith(b"PK"):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return b"\n".join(archive.read(name) for name in archive.namelist())


def _gather(links: dict[str, set[str]], found: list[str]) -> None:
    for link in found:
        links[route_of(link)].add(link)


def _paths(address: Address, asker: Asker) -> list[str]:
    """The address once for each category that it may name. A parameter that nobody knows fails here."""
    unknown = [name for name in address.parameters if name not in asker.values]
    assert not unknown, f"{address.route}: say in tests/enforcement/world.py what stands for {unknown}"
    categories = CATEGORIES if "category" in address.parameters else ("",)
    values = asker.values | VALUES.get(address.route, {})
    return [address.path(values | {"category": category}) for category in categories]


def _everything_is_accounted_for(shown: dict[str, set[str]]) -> None:
    routes = {address.route for address in addresses()}
    silent = [route for route in routes if route not in shown and not reason(route)]
    assert silent == [], (
        "These addresses showed nothing of a record to anybody, and tests/enforcement/table.py does not say why. "
        "Give their parameters values in world.py, so that the test sees what they open, or say why they open none."
    )
    assert [route for route in shown if reason(route)] == [], "the table says that these never show a record"
    assert [route for route in NEVER if route not in routes] == [], "these addresses are gone"
    assert [prefix for prefix in PREFIXES if not any(route.startswith(prefix) for route in routes)] == []


def test_every_socket_is_looked_at() -> None:
    assert set(sockets()) == set(SOCKETS), "say in tests/enforcement/table.py what a new socket carries"
