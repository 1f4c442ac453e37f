"""A gated read over HTTP against the same view with decision, ledger and sealing switched off, turn by turn."""

import http.client
import json
import os
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import psycopg
from django.utils import timezone

from bench.figures import Figure
from bench.patients import bundle, content
from bench.world import Bench
from consent import services as consent
from consent.sentence import Display
from consent.signature import Signature
from consent.terms import Grantee, Terms
from consent.vocabulary import CATEGORIES
from ledger.scope import tenant_scope
from portal.accounts import selectors
from portal.accounts import services as accounts
from portal.records.services import import_content

PORT = 8799


@dataclass(frozen=True)
class Case:
    """What is read: one resource and the patient whose it is, by a clinician's token."""

    token: str
    patient: str
    resource: str


def figures(bench: Bench, *, rounds: int = 400) -> Iterator[Figure]:
    case = _case(bench)
    environment = {"DJANGO_SETTINGS_MODULE": "bench.settings", "PORT": str(PORT)}
    with bench.sequencer(), bench.process("-m", "portal.node.web", **environment):
        client = _Client(case.token)
        asked = {
            "read of one resource": (f"bench/Observation/{case.resource}", "<= 1.4"),
            "search of 50": (f"bench/Observation?patient={case.patient}&_count=50", "<= 1.5"),
        }
        for name, (path, goal) in asked.items():
            ours, theirs = client.alternate(f"/fhir/{path}", f"/bench/{path}", rounds)
            yield Figure(f"gated {name}, p50", ours * 1000, "ms")
            yield Figure(f"plain {name}, p50", theirs * 1000, "ms")
            yield Figure(f"gated / plain {name}", ours / theirs, "ratio", goal)


class _Client:
    """One connection that is kept open."""

    def __init__(self, token: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30)
        self.headers = {"Authorization": f"Bearer {token}", "Host": f"localhost:{PORT}"}
        end = time.monotonic() + 30
        while True:
            try:
                self._get("/livez")
            except OSError:
                self.connection.close()
                if time.monotonic() > end:
                    raise
                time.sleep(0.1)
            else:
                return

    def alternate(self, gated: str, plain: str, rounds: int) -> tuple[float, float]:
        """Median seconds of each, asked for in turn after a warm-up."""
        for _ in range(20):
            self._get(gated), self._get(plain)
        times = [(self._get(gated), self._get(plain)) for _ in range(rounds)]
        return statistics.median(first for first, _ in times), statistics.median(
            second for _, second in times
        )

    def _get(self, path: str) -> float:
        started = time.perf_counter()
        self.connection.request("GET", path, headers=self.headers)
        response = self.connection.getresponse()
        body = response.read()
        assert response.status == 200, (path.split("?", maxsplit=1)[0], response.status, body[:300])
        return time.perf_counter() - started


def _case(bench: Bench) -> Case:
    """A patient with 50 observations, a contract that covers them, and the same bytes in a plain table."""
    made = bundle(50)
    patient, *observations = (entry["resource"] for entry in made["entry"])
    report = import_content(tenant=bench.tenant, content=content(made), source="bench")
    assert not report.failed, report.failed
    user = accounts.create_account(
        email="clinician@bench.example", password=os.urandom(16).hex(), name="Dr Bench"
    )
    accounts.add_member(tenant=bench.tenant, user=user, role="clinician")
    grantee = Grantee("practitioner", user.id)
    ends = timezone.now() + timedelta(days=1)
    with tenant_scope(bench.tenant):
        consent.grant(
            person=selectors.registration(patient=patient["id"]).person_id,
            grantor=user.id,
            terms=Terms(bench.tenant, grantee, list(CATEGORIES), ["TREAT"], ends),
            signature=Signature("token", by=user.id),
            display=Display(grantee="Dr Bench", custodian="Bench Hospital"),
        )
    insert = (
        "INSERT INTO bench_plain (tenant, type, id, patient, content) VALUES (%s, 'Observation', %s, %s, %s)"
    )
    rows = [(bench.tenant, row["id"], patient["id"], json.dumps(row).encode()) for row in observations]
    with psycopg.connect(bench.dsn) as administrator, administrator.cursor() as cursor:
        cursor.executemany(insert, rows)
        # As autovacuum does within a minute: both sides are planned by what is there.
        cursor.execute("ANALYZE")
    return Case(accounts.create_token(user=user, scopes="*"), patient["id"], observations[0]["id"])
