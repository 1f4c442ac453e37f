"""SMART clients, unchanged: authorisation by code and PKCE in a real browser, then the same work as all others."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fhirclient.client import FHIRClient
from fhirclient.models.observation import Observation
from fhirclient.models.quantity import Quantity
from playwright.sync_api import Page, Route, expect

from portal.smart import services
from portal.smart.models import Application
from tests.browser.conftest import SeatOf
from tests.cast import PASSWORD, PATIENT, Cast
from tests.clients.doing import LABS, new_lab, stored
from tests.serving import Node

SCRIPTS = Path(__file__).resolve().parent.parent / "javascript"
SCOPES = "launch/patient openid fhirUser offline_access patient/*.cruds"
BACK = "http://localhost:9/back"

pytestmark = pytest.mark.browser


def register(cast: Cast, address: str) -> Application:
    made = services.register(name="Growth Chart", scopes=SCOPES, redirect_uris=[address])
    services.admit(application=made.application, tenant=cast.hospital.id)
    return made.application


def agree(page: Page) -> None:
    """Sign the contract with the application, saying again who one is."""
    expect(page.get_by_role("heading", name="Connect Growth Chart?")).to_be_visible()
    page.get_by_role("button", name="Sign and connect").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()


def test_fhirclient_of_python(node: Node, cast: Cast, seat_of: SeatOf) -> None:
    application = register(cast, BACK)
    base = f"{node.url}/fhir/{cast.hospital.slug}"
    smart = FHIRClient(
        settings={
            "app_id": application.client_id,
            "api_base": base,
            "redirect_uri": BACK,
            "scope": "openid fhirUser offline_access patient/*.cruds",
        }
    )
    assert not smart.prepare()
    came: list[str] = []

    def back(route: Route) -> None:
        came.append(route.request.url)
        route.fulfill(status=200, content_type="text/plain", body="Connected.")

    with seat_of(cast.amara) as seat:
        seat.page.route(f"{BACK}**", back)
        seat.page.goto(smart.authorize_url)
        seat.check()
        agree(seat.page)
        expect(seat.page.get_by_text("Connected.")).to_be_visible()
    smart.handle_callback(came[0])
    assert smart.ready
    assert smart.patient_id == PATIENT
    assert smart.patient.name[0].family == "Lindgren"
    _work(smart, cast)
    assert smart.reauthorize()
    assert Observation.read(f"{PATIENT}-ldl-1", smart.server).valueQuantity.value == 2.2


def _work(smart: FHIRClient, cast: Cast) -> None:
    asked = Observation.where({"patient": PATIENT, "category": "laboratory", "_count": "2"})
    labs = list(asked.perform_iter(smart.server))
    assert [len(bundle.entry) for bundle in labs] == [2, 1]
    assert {entry.resource.id for bundle in labs for entry in bundle.entry} == LABS
    made = Observation(new_lab(5.5)).create(smart.server)
    assert stored(cast, made["id"]) == (1, 5.5)
    changed = Observation.read(made["id"], smart.server)
    changed.valueQuantity = Quantity({"value": 5.6})
    changed.update(smart.server)
    assert stored(cast, made["id"]) == (2, 5.6)


@contextmanager
def smart_app() -> Iterator[str]:
    """The address of an application that runs in Node until it is left."""
    command = ["node", str(SCRIPTS / "smart_app.mjs")]
    with subprocess.Popen(
        command, cwd=SCRIPTS, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as app:
        assert app.stdout is not None
        assert app.stdin is not None
        try:
            yield app.stdout.readline().strip()
        finally:
            app.stdin.close()


@pytest.mark.javascript
def test_fhirclient_of_javascript(node: Node, cast: Cast, seat_of: SeatOf) -> None:
    base = f"{node.url}/fhir/{cast.hospital.slug}"
    with smart_app() as address, seat_of(cast.amara) as seat:
        application = register(cast, f"{address}/back")
        seat.page.goto(f"{address}/launch?iss={base}&client_id={application.client_id}")
        agree(seat.page)
        seat.page.wait_for_url(f"{address}/back**")
        said = seat.page.locator("body").inner_text()
    assert said.startswith("{"), said
    found = json.loads(said)
    assert found["family"] == "Lindgren"
    assert [len(page) for page in found["pages"]] == [2, 1]
    assert {key for page in found["pages"] for key in page} == LABS
    assert found["user"] == PATIENT
    assert stored(cast, found["id"]) == (2, 5.6)
