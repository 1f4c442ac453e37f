"""schemathesis sends what the OpenAPI schema allows, and what it does not: each answer is as the schema says."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.api.house import House

CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
    "response_schema_conformance"
)
SCOPES = "* sign emergency"


@pytest.mark.parametrize("who", ["ana@example.org", "doctor@riverside.example"])
def test_the_interface_answers_as_its_schema_says(
    house: House, seconds: int, who: str, tmp_path: Path
) -> None:
    token = house.caller(who, SCOPES).token
    seed = [] if "ASSENT_FUZZ_SECONDS" in os.environ else ["--seed", "1"]
    command = [
        *(str(Path(sys.executable).with_name("schemathesis")), "run", f"{house.http.base_url}/api/schema/"),
        *("--url", str(house.http.base_url), "--header", f"Authorization: Bearer {token}"),
        *("--checks", CHECKS, "--phases", "coverage,fuzzing,stateful", "--max-time", str(seconds)),
        *("--continue-on-failure", "--no-color", *seed),
    ]
    run = subprocess.run(
        command, capture_output=True, text=True, cwd=tmp_path, timeout=seconds * 3 + 120, check=False
    )
    assert run.returncode == 0, run.stdout[-8000:] + run.stderr[-2000:]
