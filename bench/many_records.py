"""A tenant of 10^6 resources against one of 10^4 in the same database: what a search costs among others' records.

Everybody who is asked about is imported, and every answer opens. The records of the others are multiplied by SQL, by
the administrator: copies of the imported ones under ids and persons of their own, with as many rows in the search
index, under digests of their own. Their seals are copies too and would not open; no search finds them.
"""

import os
import statistics
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

import psycopg
from django.utils import timezone

from bench.figures import Figure
from bench.imports import LARGE, SMALL
from bench.world import Bench
from consent import services as consent
from consent.sentence import Display
from consent.signature import Signature
from consent.terms import Grantee, Terms
from consent.vocabulary import CATEGORIES
from ledger.scope import tenant_scope
from portal.accounts import services as accounts
from portal.accounts.identity import Caller
from portal.accounts.models import Registration
from portal.records import services

SMALLEST, LARGEST = 10_000, 1_000_000
CHUNK = 50_000
PATIENTS, ROUNDS = 5, 65
Params = Mapping[str, Sequence[str]]

SOURCE = (
    """CREATE TABLE bench_source AS
    SELECT row_number() OVER (PARTITION BY tenant_id ORDER BY id) - 1 AS number, r.*
    FROM records_resource r WHERE person IS NOT NULL""",
    "CREATE UNIQUE INDEX ON bench_source (tenant_id, number)",
)
# Copy number `g / n` of row `g % n` of the source.
_OF = """
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS g JOIN bench_source s
  ON s.tenant_id = %(tenant)s AND s.number = g %% %(n)s
CROSS JOIN LATERAL (SELECT (g / %(n)s)::text AS copy) AS c
"""
_ID = "md5(s.id::text || c.copy)::uuid"
_CLEAR = "md5(s.person::text || c.copy)::uuid, s.type, md5(s.fhir_id || c.copy)::uuid::text"
_REST = "s.category, s.labels, s.date, s.until, s.author, s.deleted"
COPIES = (
    f"""INSERT INTO records_resource (tenant_id, id, person, type, fhir_id, version, category, labels, date, until,
    author, deleted, indexed) SELECT s.tenant_id, {_ID}, {_CLEAR}, s.version, {_REST}, s.indexed {_OF}""",
    f"""INSERT INTO records_version (tenant_id, person, type, fhir_id, version, category, labels, date, until, author,
    deleted, sealed, content_hash, fingerprint, entry)
    SELECT s.tenant_id, {_CLEAR}, s.version, {_REST}, v.sealed, v.content_hash, v.fingerprint, v.entry {_OF}
    JOIN records_version v USING (tenant_id, type, fhir_id, version)""",
    f"""INSERT INTO records_token (tenant_id, digest, resource)
    SELECT s.tenant_id, substr(sha256(t.digest || c.copy::bytea), 1, 16), {_ID} {_OF}
    JOIN records_token t ON t.tenant_id = s.tenant_id AND t.resource = s.id""",
    f"""INSERT INTO records_span (tenant_id, resource, parameter, start, until)
    SELECT s.tenant_id, {_ID}, t.parameter, t.start, t.until {_OF}
    JOIN records_span t ON t.tenant_id = s.tenant_id AND t.resource = s.id""",
)


def figures(bench: Bench) -> Iterator[Figure]:
    largest = int(os.environ.get("ASSENT_BENCH_RESOURCES", LARGEST))
    few, many = _Side.of("few"), _Side.of("many")
    _multiply(bench, {few.tenant: SMALLEST, many.tenant: largest})
    for name, (small, large) in _asked(few, many).items():
        yield Figure(f"{name}, {SMALLEST:,} resources, p50", 1e3 * small, "ms")
        yield Figure(f"{name}, {largest:,} resources, p50", 1e3 * large, "ms")
        yield Figure(f"{name}, {largest:,} / {SMALLEST:,}", large / small, "ratio", "<= 1.3")


@dataclass(frozen=True)
class _Side:
    """A tenant, a clinician with contracts of some patients there, and the searches about each of them, by name."""

    tenant: UUID
    caller: Caller
    searches: Mapping[str, Sequence[tuple[str, Params]]]

    @classmethod
    def of(cls, word: str) -> "_Side":
        tenant = accounts.create_organisation(slug=f"bench-{word}", name="Bench County Hospital").id
        report = services.import_bundles(tenant=tenant, paths=[LARGE if LARGE.is_dir() else SMALL])
        assert not report.failed, report.failed[:3]
        return cls(tenant, *_clinician(tenant, f"{word}@bench.example"))

    def ask(self, name: str, number: int) -> float:
        """The seconds that one of the searches of that name takes."""
        kind, params = self.searches[name][number % len(self.searches[name])]
        started = time.perf_counter()
        services.search(caller=self.caller, tenant=self.tenant, type=kind, params=params)
        return time.perf_counter() - started


def _clinician(tenant: UUID, email: str) -> tuple[Caller, dict[str, list[tuple[str, Params]]]]:
    """Somebody with contracts of some patients, and the searches of US Core about each of them."""
    user = accounts.create_account(email=email, password=os.urandom(16).hex(), name="Dr Many")
    accounts.add_member(tenant=tenant, user=user, role="clinician")
    caller = Caller(
        user=user.id, name="Dr Many", person=None, organisation=tenant, organisation_name="", role="clinician",
        title="", strong=True, client="session", request_id=str(uuid4()),
    )  # fmt: skip
    ends = timezone.now() + timedelta(days=1)
    searches: dict[str, list[tuple[str, Params]]] = {}
    with tenant_scope(tenant):
        people = list(Registration.objects.order_by("mrn")[:PATIENTS])
        for one in people:
            consent.grant(
                person=one.person_id,
                grantor=user.id,
                terms=Terms(tenant, Grantee("practitioner", user.id), list(CATEGORIES), ["TREAT"], ends),
                signature=Signature("token", by=user.id),
                display=Display(grantee="Dr Many", custodian="Bench County Hospital"),
            )
    for one in people:
        for name, search in _of_patient(caller, tenant, one.patient):
            searches.setdefault(name, []).append(search)
    return caller, searches


def _of_patient(caller: Caller, tenant: UUID, patient: str) -> Iterator[tuple[str, tuple[str, Params]]]:
    """The searches of docs for one patient, spelled with what stands in her record."""
    (head,) = services.search(caller=caller, tenant=tenant, type="Patient", params={"_id": [patient]}).records
    name, born = head.resource["name"][0]["family"], head.resource["birthDate"]
    known = {"name": [name], "birthdate": [born], "gender": [head.resource["gender"]]}
    yield "Patient by _id", ("Patient", {"_id": [patient]})
    yield "Patient by name", ("Patient", {"name": [name]})
    yield "Patient by birthdate and name", ("Patient", {key: known[key] for key in ("birthdate", "name")})
    yield "Patient by gender and name", ("Patient", {key: known[key] for key in ("gender", "name")})
    of = {"patient": [patient], "_count": ["50"]}
    yield "Observation by patient and category", ("Observation", {**of, "category": ["vital-signs"]})
    yield "Observation by patient and code", ("Observation", {**of, "code": ["http://loinc.org|8302-2"]})
    dated = {**of, "category": ["laboratory"], "date": ["ge2010-01-01"]}
    yield "Observation by patient, category and date", ("Observation", dated)
    yield "MedicationRequest by patient and intent", ("MedicationRequest", {**of, "intent": ["order"]})
    for kind in ("Condition", "DiagnosticReport", "Encounter", "Procedure", "Immunization"):
        yield f"{kind} by patient", (kind, of)


def _multiply(bench: Bench, sizes: Mapping[UUID, int]) -> None:
    """Let each tenant grow to so many resources of patients."""
    with psycopg.connect(bench.dsn, autocommit=True) as administrator:
        administrator.execute("SET synchronous_commit = off")
        for statement in SOURCE:
            administrator.execute(statement)
        for tenant, size in sizes.items():
            of_tenant = "SELECT count(*) FROM bench_source WHERE tenant_id = %s"
            (n,) = administrator.execute(of_tenant, [tenant]).fetchone() or (0,)
            for first in range(n, size, CHUNK):
                values = {"tenant": tenant, "n": n, "first": first, "last": min(first + CHUNK, size) - 1}
                for statement in COPIES:
                    administrator.execute(statement, values)
                print(f"\r      {values['last'] + 1:,} resources", end="", file=sys.stderr, flush=True)
        administrator.execute("VACUUM ANALYZE records_resource, records_version, records_token, records_span")
    print("\r", end="", file=sys.stderr)


def _asked(few: _Side, many: _Side) -> dict[str, tuple[float, float]]:
    """The median seconds of each search at both, asked turn by turn so that a busy machine weighs on both alike."""
    medians = {}
    for name in few.searches:
        times = [(few.ask(name, number), many.ask(name, number)) for number in range(ROUNDS)][PATIENTS:]
        medians[name] = (
            statistics.median(one for one, _ in times),
            statistics.median(two for _, two in times),
        )
    return medians
