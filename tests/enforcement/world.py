"""A record full of one marker, and everybody who might ask for it, by every way of asking."""

import base64
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from consent.terms import Named
from ledger import selectors as ledger
from ledger.scope import tenant_scope
from portal.accounts.identity import Caller
from portal.accounts.services import claim_person, create_token
from portal.records.services import read
from tests import cast as people
from tests.cast import PASSWORD, PATIENT, Cast, account_of, condition, lab
from tests.viewers.sharing import viewer

DOCTOR = "her doctor"
MARKER = "Marker-7d1f4c"
CATEGORIES = (
    "conditions",
    "lab-results",
    "medicines",
    "allergies",
    "vital-signs",
    "demographics",
    "documents",
)
DECISIONS = "SELECT count(*) FROM ledger_submission WHERE type LIKE 'access.%'"


@dataclass(frozen=True)
class Asker:
    """Somebody who asks. `may`: a contract, or that it is their own record, lets them see something of it."""

    name: str
    may: bool
    caller: Caller | None
    values: dict[str, str]
    seat: Client | None = None  # a browser that needs no account

    def client(self, route: str) -> Client:
        """A browser, or a program with a token where programs ask."""
        if self.caller is None:
            return self.seat or Client()
        if route.startswith(("api/", "fhir/")):
            token = create_token(user=account_of(self.caller), scopes="* sign emergency")
            return Client(headers={"Authorization": f"Bearer {token}"})
        cache.clear()  # the limit of log-ins a minute counts all tests together
        client = Client()
        form = {"login": account_of(self.caller).email, "password": PASSWORD}
        assert client.post(reverse("account_login"), form).status_code == 302
        return client


@dataclass(frozen=True)
class World:
    cast: Cast
    askers: list[Asker]
    administrator: Any

    def decisions(self) -> int:
        """How many accesses, permitted or denied, were entered so far. No sequencer takes them from where they wait."""
        (row,) = self.administrator.execute(DECISIONS).fetchall()
        return int(row[0])


def build(administrator: Any) -> World:
    """Amara shares with her doctor and with Mats, who looks after her; with another doctor all but what is marked."""
    cast = people.build()
    people.store(cast.hospital, *_marked())
    cast.grant(cast.doctor, *CATEGORIES)
    cast.grant(cast.guardian, *CATEGORIES, kind="person", purposes=("PATRQT",))
    refused = people.make_caller(
        f"refused@{cast.hospital.slug}.example", "Dr Rana Closed", "", (cast.hospital, "clinician")
    )
    cast.grant(refused, *CATEGORIES)
    cast.grant(refused, effect="deny", notify=False, records=_named())
    ben = people.make_caller(f"ben@{cast.hospital.slug}.example", "Ben Okri")
    claim_person(person=cast.other, user=account_of(ben))
    staff = people.make_caller(
        f"staff@{cast.hospital.slug}.example",
        "Sam Staff",
        "",
        *((cast.hospital, role) for role in ("administrator", "privacy_officer", "auditor")),
    )
    values = _values(cast)
    away = values | {"place": cast.practice.slug}
    return World(
        cast,
        [
            Asker("nobody", False, None, values),
            Asker("a doctor elsewhere", False, cast.outsider, away),
            Asker("a doctor who is refused these records", False, refused, values),
            Asker("another patient", False, ben, values),
            Asker("staff who are no clinicians", False, staff, values),
            Asker("the patient", True, cast.amara, values),
            Asker("her guardian", True, cast.guardian, values),
            Asker("who was let in by a share code", True, None, values, viewer(cast, *CATEGORIES)),
            Asker(DOCTOR, True, cast.doctor, values),
        ],
        administrator,
    )


def _marked() -> list[dict[str, Any]]:
    glucose = lab(PATIENT, "marked", "2345-7", 5, "2026-11-16")
    glucose["code"]["text"] = MARKER
    second = {**glucose, "id": f"{PATIENT}-marked-2", "effectiveDateTime": "2026-11-17T09:00:00Z"}
    ill = condition(PATIENT, "marked", "44054006")
    ill["code"]["text"] = MARKER
    letter = {
        "resourceType": "DocumentReference",
        "id": f"{PATIENT}-letter",
        "status": "current",
        "type": {"coding": [{"system": "http://loinc.org", "code": "34133-9"}]},
        "description": MARKER,
        "subject": {"reference": f"Patient/{PATIENT}"},
        "date": "2026-11-16T09:00:00Z",
        "content": [{"attachment": {"contentType": "text/plain", "title": MARKER}}],
    }
    file = {
        "resourceType": "Binary",
        "id": f"{PATIENT}-file",
        "contentType": "text/plain",
        "securityContext": {"reference": f"Patient/{PATIENT}"},
        "data": base64.b64encode(MARKER.encode()).decode(),
    }
    return [glucose, second, ill, letter, file]


def _named() -> list[Named]:
    return [Named("instance", f"{one['resourceType']}/{one['id']}") for one in _marked()]


def _values(cast: Cast) -> dict[str, str]:
    """What stands for each parameter of an address. A parameter that is not here is a page that nobody looked at."""
    seen = read(caller=cast.amara, tenant=cast.hospital.id, type="Condition", id=f"{PATIENT}-marked")
    assert seen.promise is not None
    with tenant_scope(cast.hospital.id):
        contract = cast.grant(cast.family_doctor, "allergies")
        log = ledger.log_status().log
    nothing = str(uuid4())
    return {
        "place": cast.hospital.slug,
        "custodian": cast.hospital.slug,
        "tenant": cast.hospital.slug,
        "patient": str(cast.person),
        "person": str(cast.person),
        "category": "conditions",
        "part": "conditions",
        "kind": "Condition",
        "key": f"{PATIENT}-marked",
        "binary": f"{PATIENT}-file",
        "version": "1",
        "entry": str(seen.promise.promise.id),
        "contract": str(contract.id),
        "step": "what",
        "link": "none",
        "invitation": nothing,
        "form": "csv",
        "request_id": nothing,
        "asked": nothing,
        "case": nothing,
        "restriction": nothing,
        "limit": nothing,
        "connection": nothing,
        "run": nothing,
        "archive": nothing,
        "export": nothing,
        "test": "none",
        "session": nothing,
        "share": nothing,
        "member": nothing,
        "token": nothing,
        "name": log.name,
        "path": "0/000",
        "size": "1",
        "origin_hash": "0" * 64,
        "pk": "1",
        "uidb36": "1",
    }
