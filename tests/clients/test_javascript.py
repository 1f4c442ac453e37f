"""fhir-kit-client 2 and @medplum/core, unchanged, each in a Node of its own."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.cast import PATIENT
from tests.clients.conftest import Server
from tests.clients.doing import LABS, new_lab, stored

SCRIPTS = Path(__file__).resolve().parent.parent / "javascript"


@pytest.mark.javascript
@pytest.mark.parametrize("script", ["fhir_kit.mjs", "medplum.mjs"])
def test_a_client_reads_searches_pages_creates_and_updates(server: Server, script: str) -> None:
    asked = {"node": server.node.url, "base": server.base, "token": server.token, "patient": PATIENT}
    run = subprocess.run(
        ["node", str(SCRIPTS / script)],
        input=json.dumps({**asked, "made": new_lab(5.5), "changed": 5.6}),
        capture_output=True,
        text=True,
        timeout=120,
        cwd=SCRIPTS,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout)
    assert found["family"] == "Lindgren"
    assert [len(page) for page in found["pages"]] == [2, 1]
    assert {key for page in found["pages"] for key in page} == LABS
    assert found["created"] == 5.5
    assert stored(server.cast, found["id"]) == (2, 5.6)
