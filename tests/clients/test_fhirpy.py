"""fhirpy 2.3, unchanged."""

from fhirpy import SyncFHIRClient

from tests.cast import PATIENT
from tests.clients.conftest import Server
from tests.clients.doing import LABS, new_lab, stored


def test_fhirpy_reads_searches_pages_creates_and_updates(server: Server) -> None:
    client = SyncFHIRClient(server.base, authorization=f"Bearer {server.token}")
    patient = client.reference("Patient", PATIENT).to_resource()
    assert patient["name"][0]["family"] == "Lindgren"
    labs = client.resources("Observation").search(patient=PATIENT, category="laboratory").limit(2)
    assert len(labs.fetch()) == 2
    assert {lab["id"] for lab in labs.fetch_all()} == LABS
    made = client.resource("Observation", **new_lab(5.5))
    made.create()
    assert stored(server.cast, made["id"]) == (1, 5.5)
    made["valueQuantity"]["value"] = 5.6
    made.update()
    assert stored(server.cast, made["id"]) == (2, 5.6)
