"""What the server takes for the main pages: a patient whose record was looked at 5,000 times, and her doctor's chart.

Time over HTTP, as a browser asks; statements in this process, counted on the wire, so that none escapes.
"""

import http.client
import os
import re
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import cycle, islice
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from bench.figures import Figure
from bench.imports import LARGE, SMALL
from bench.world import Bench
from consent import services as consent
from consent.sentence import Display
from consent.signature import Signature
from consent.terms import Grantee, Terms
from consent.vocabulary import CATEGORIES
from ledger import selectors as ledger
from ledger.scope import tenant_scope
from portal.accounts import services as accounts
from portal.accounts.identity import Caller
from portal.accounts.models import Registration, User
from portal.accounts.selectors import organisation, registration, registrations
from portal.records import services

PORT = 8798
ENTRIES = int(os.environ.get("ASSENT_BENCH_ACCESSES", "5000"))
CLINICIANS, ROUNDS = 20, 40
PASSWORD = os.urandom(16).hex()
# A statement that was sent, in the words of libpq's trace; what begins and ends a transaction asks nothing.
_SENT = re.compile(r'\tF\t\d+\t(?:Execute|Query\t(?! "(?:BEGIN|COMMIT|ROLLBACK)))')


def figures(bench: Bench) -> Iterator[Figure]:
    slug, patient, doctor, person = _world(bench)
    chart = f"/clinic/{slug}/{slug}/{person}/"
    pages = {
        patient: {
            "home": "/",
            "history": "/history/",
            "record": "/record/",
            "lab results": "/record/lab-results/",
            "sharing": "/sharing/",
        },
        doctor: {"chart, lab results": f"{chart}lab-results/", "chart, visits": f"{chart}visits/"},
    }
    yield Figure("pages, accesses in the history of the patient", ENTRIES, "entries")
    with bench.process("-m", "portal.node.web", DJANGO_SETTINGS_MODULE="bench.settings", PORT=str(PORT)):
        for user, addresses in pages.items():
            yield from _measured(user, addresses)
        _take_elsewhere(slug, person)
        yield from _measured(
            patient, {f"{name}, three organisations": at for name, at in pages[patient].items()}
        )


def _measured(user: User, addresses: Mapping[str, str]) -> Iterator[Figure]:
    browser = Client(headers={"host": f"localhost:{PORT}"})
    browser.force_login(user, settings.AUTHENTICATION_BACKENDS[0])
    cookie = f"assent-session-{PORT}={browser.cookies[settings.SESSION_COOKIE_NAME].value}"
    for name, at in addresses.items():
        yield Figure(f"page {name}, p50", 1000 * _time(cookie, at), "ms", "<= 80")
        yield Figure(f"page {name}, statements", _statements(browser, at), "statements", "<= 12")


def _time(cookie: str, at: str) -> float:
    """Median seconds until the whole page is there, on a connection that is kept open."""
    line = _connected()
    taken = []
    for _ in range(ROUNDS + 5):
        started = time.perf_counter()
        line.request("GET", at, headers={"Host": f"localhost:{PORT}", "Cookie": cookie})
        response = line.getresponse()
        body = response.read()
        taken.append(time.perf_counter() - started)
        assert response.status == 200, (at, response.status, body[:300])
    return statistics.median(taken[5:])


def _connected() -> http.client.HTTPConnection:
    end = time.monotonic() + 30
    while True:
        line = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
        try:
            line.connect()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
        else:
            return line


def _statements(browser: Client, at: str) -> int:
    """How many statements a page sends once all that a process keeps is there."""
    for _ in range(2):
        assert browser.get(at).status_code == 200
    connection.ensure_connection()
    with tempfile.TemporaryFile("w+") as told:
        wire = connection.connection.pgconn
        wire.trace(told.fileno())
        assert browser.get(at).status_code == 200
        wire.untrace()
        told.seek(0)
        return len(_SENT.findall(told.read()))


def _world(bench: Bench) -> tuple[str, User, User, UUID]:
    """An organisation with the longest record that we have, its patient, and one of those who looked at it."""
    slug = "bench-pages"
    tenant = accounts.create_organisation(slug=slug, name="Bench General Hospital").id
    report = services.import_bundles(tenant=tenant, paths=[LARGE if LARGE.is_dir() else SMALL])
    assert not report.failed, report.failed[:3]
    with tenant_scope(tenant):
        person = _longest()
    patient = _account("patient", "Ada Bench")
    accounts.claim_person(person=person, user=patient)
    doctors = [_account(f"doctor{number}", f"Dr Bench {number}") for number in range(CLINICIANS)]
    for doctor in doctors:
        accounts.add_member(tenant=tenant, user=doctor, role="clinician")
        _grant(tenant, person, patient, doctor)
    last = _look(tenant, person, doctors)
    with bench.sequencer():
        assert ledger.await_entry(last, tenant=tenant, seconds=300), "the accesses were not sequenced"
    return slug, patient, doctors[0], person


def _take_elsewhere(slug: str, person: UUID) -> None:
    """Two more organisations keep a copy of her record."""
    with tenant_scope(organisation(slug).id):
        her = registration(person=person)
    files = sorted((LARGE if LARGE.is_dir() else SMALL).rglob("*.json"))
    hers = [path for path in files if her.mrn in path.read_text()]
    for number in (2, 3):
        tenant = accounts.create_organisation(slug=f"{slug}-{number}", name=f"Bench Clinic {number}").id
        report = services.import_bundles(tenant=tenant, paths=hers)
        assert not report.failed, report.failed[:3]
    assert len(registrations(person)) == 3


def _account(name: str, shown: str) -> User:
    return accounts.create_account(email=f"{name}@pages.example", password=PASSWORD, name=shown)


def _longest() -> UUID:
    """The person with the most records, in the tenant's scope."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT person FROM records_resource WHERE person IS NOT NULL "
            "GROUP BY person ORDER BY count(*) DESC LIMIT 1"
        )
        return cursor.fetchone()[0]  # type: ignore[no-any-return]


def _grant(tenant: UUID, person: UUID, patient: User, doctor: User) -> None:
    ends = timezone.now() + timedelta(days=30)
    with tenant_scope(tenant):
        consent.grant(
            person=person,
            grantor=patient.id,
            terms=Terms(tenant, Grantee("practitioner", doctor.id), list(CATEGORIES), ["TREAT"], ends),
            signature=Signature("token", by=patient.id),
            display=Display(grantee=doctor.name, custodian="Bench General Hospital"),
        )


def _look(tenant: UUID, person: UUID, doctors: list[User]) -> UUID:
    """Let the doctors read her record, one resource after the other; returns the last entry."""
    with tenant_scope(tenant):
        her = Registration.objects.get(person_id=person).patient
    callers = [
        Caller(
            user=doctor.id, name=doctor.name, person=None, organisation=tenant, role="clinician", title="",
            organisation_name="Bench General Hospital", strong=True, client="session", request_id=str(uuid4()),
        )
        for doctor in doctors
    ]  # fmt: skip
    params = {"patient": [her], "_count": ["200"]}
    seen = services.search(caller=callers[0], tenant=tenant, type="Observation", params=params).records
    reads = islice(zip(cycle(callers), cycle(seen), strict=False), ENTRIES - 1)
    for caller, record in reads:
        found = services.read(caller=caller, tenant=tenant, type=record.type, id=record.id)
    assert found.promise
    return found.promise.promise.id
