"""Tokens of every kind against every address for programs: wrong organisation, wrong person, missing scope, dead."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from portal.accounts import services
from portal.accounts.models import PersonalToken
from portal.accounts.scopes import NAMED_ONLY
from portal.smart.models import AccessToken
from portal.smart.services import connections_of, disconnect
from tests import cast as people
from tests.api.house import ANA
from tests.cast import Cast, account_of
from tests.enforcement.patterns import _readable, sockets
from tests.entries import entries_of_type
from tests.smart.app import app, backend, bearer
from tests.staff import sign_in
from tests.subscriptions.test_over_http import subscription
from tests.tokens.table import (
    AUDITOR,
    CLIENT,
    FHIR,
    GOOD,
    IDENTITY,
    JOB,
    MINE,
    OPEN,
    OWN,
    PAGE,
    PEOPLE,
    PREFIXES,
    REST,
    ROWS,
    SOCKETS,
    Key,
    Row,
)

ID = "00000000-0000-7000-8000-000000000000"
ALL = " ".join(["*", *sorted(NAMED_ONLY)])
SUBSCRIPTION = "fhir/<tenant>/Subscription"
SUBSCRIBES = json.loads(json.dumps(subscription()).replace(f"Patient/{ANA}", f"Patient/{people.PATIENT}"))


class Bench:
    """The people, and a token of every kind for each of them."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.http = cast, Client()
        cast.grant(cast.doctor, "lab-results", "conditions", "documents", actions=("read", "write"))
        self.doctor = services.create_token(user=account_of(cast.doctor), scopes=ALL)
        self.no_scope = {
            word: services.create_token(user=account_of(cast.doctor), scopes=word)
            for word in ("profile", "audit")
        }
        ben = people.make_caller(f"ben@{cast.hospital.slug}.example", "Ben Okri")
        services.claim_person(person=cast.other, user=account_of(ben))
        self.ben = services.create_token(user=account_of(ben), scopes=ALL)
        self.outsider = services.create_token(user=account_of(cast.outsider), scopes=ALL)
        here, there = app(cast.hospital), app(cast.practice)
        amara, member = sign_in(cast.amara), sign_in(cast.doctor)
        self.session = amara
        wide = "launch/patient openid patient/*.cruds"
        self.patient = here.connect(amara, cast.hospital, wide)["access_token"]
        self.user = here.connect(member, cast.hospital, "user/*.cruds")["access_token"]
        self.narrow = here.connect(amara, cast.hospital, "patient/Immunization.cruds")["access_token"]
        self.reading = {
            letters: here.connect(amara, cast.hospital, f"patient/*.{letters}")["access_token"]
            for letters in ("r", "s", "c", "u", "d")
        }
        self.of_ben = here.connect(sign_in(ben), cast.hospital, wide)["access_token"]
        self.elsewhere = there.connect(amara, cast.practice, wide)["access_token"]
        self.backend = backend(cast.hospital).token()
        self.dead = {
            "never issued": "assent_" + "x" * 43,
            "never issued to an application": "x" * 30,
            "expired": self._changed("expires"),
            "revoked": self._changed("revoked"),
            "expired, of an application": self._expired(here, amara),
            "disconnected": self._disconnected(here, amara),
        }

    def _changed(self, name: str) -> str:
        token = services.create_token(user=account_of(self.cast.doctor), scopes=ALL)
        newest = PersonalToken.objects.order_by("-created", "-expires").first()
        assert newest is not None
        PersonalToken.objects.filter(digest=services.token_digest(token)).update(**{name: timezone.now()})
        return token

    def _expired(self, here: Any, amara: Client) -> str:
        token: str = here.connect(amara, self.cast.hospital, "patient/*.cruds")["access_token"]
        newest = AccessToken.objects.order_by("-id").first()
        assert newest is not None
        AccessToken.objects.filter(id=newest.id).update(expires=timezone.now() - timedelta(seconds=1))
        return token

    def _disconnected(self, here: Any, amara: Client) -> str:
        token: str = here.connect(amara, self.cast.hospital, "patient/*.cruds")["access_token"]
        newest = connections_of(self.cast.amara.user)[0]
        disconnect(connection=newest.id, account=self.cast.amara.user)
        return token

    def call(
        self,
        key: Key,
        row: Row,
        token: str = "",
        *,
        client: Client | None = None,
        headers: dict[str, str] | None = None,
    ) -> Any:
        method, route = key
        values = {
            "tenant": self.cast.hospital.slug,
            "name": self.cast.hospital.slug,
            "place": self.cast.hospital.slug,
            "patient": str(self.cast.person),
            "size": "1",
            "person": str(self.cast.person),
            **dict.fromkeys(
                (
                    "contract",
                    "limit",
                    "asked",
                    "session",
                    "entry",
                    "key",
                    "export",
                    "member",
                    "connection",
                    "run",
                    "archive",
                    "invitation",
                    "share",
                    "case",
                ),
                ID,
            ),
            **dict(row.values),
        }
        path = "/" + route
        for name, value in values.items():
            path = path.replace(f"<{name}>", value)
        path = path.replace("(?:[\\s\\S]*/)?", "nothing/").replace("[\\s\\S]*", "nothing/at/all/of/it/here")
        path += f"?{row.query}" if row.query else ""
        body, form = self._body(row)
        all_headers = {"Prefer": "respond-async"} if row.kind == PEOPLE else {}
        all_headers |= {**(bearer(token) if token else {}), **(headers or {})}
        return (client or self.http).generic(
            "GET" if method == "*" else method, path, body, content_type=form, headers=all_headers
        )

    def _body(self, row: Row) -> tuple[str, str]:
        if row.kind == CLIENT:
            return urlencode(row.body), "application/x-www-form-urlencoded"
        if row.kind in (FHIR, GOOD, MINE, OWN, PEOPLE):
            return (json.dumps(row.body), row.form) if row.body else ("", "application/x-www-form-urlencoded")
        return "{}", "application/json"

    def denials(self) -> int:
        """How often somebody was refused something of Amara's."""
        return len(entries_of_type(self.cast.hospital.id, "access.denied"))


@pytest.fixture
def bench(db: None) -> Bench:
    return Bench(people.build())


def of_kind(*kinds: str) -> list[tuple[Key, Row]]:
    return [(key, row) for key, row in ROWS.items() if row.kind in kinds]


def served() -> set[Key]:
    """What the URL configuration serves to programs: (method, route), with `*` for what is no class."""
    return {key for key in _walk(get_resolver(), "") if key[1].startswith(PREFIXES)}


def _walk(resolver: URLResolver, prefix: str) -> Iterator[Key]:
    for pattern in resolver.url_patterns:
        route = prefix + _readable(str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern, route)
        elif isinstance(pattern, URLPattern):
            yield from ((method, route) for method in _methods(pattern.callback))


def _methods(view: Any) -> list[str]:
    made = getattr(view, "cls", None) or getattr(view, "view_class", None)
    given = getattr(view, "initkwargs", None) or getattr(view, "view_initkwargs", None) or {}
    names = given.get("http_method_names", getattr(made, "http_method_names", ()))
    found = [name.upper() for name in names if name not in ("head", "options") and hasattr(made, name)]
    return found or ["*"]


def test_every_address_for_programs_is_in_the_table() -> None:
    assert served() - set(ROWS) == set(), "say in tests/tokens/table.py who may call these"
    assert set(ROWS) - served() == set(), "these addresses are gone"
    assert set(sockets()) == set(SOCKETS)


def test_without_a_good_token_nothing_is_open(bench: Bench) -> None:
    wrong = []
    for key, row in of_kind(REST, FHIR, OWN, PEOPLE, JOB, MINE, GOOD, IDENTITY, CLIENT, AUDITOR, PAGE):
        attempts = {name: bench.call(key, row, token) for name, token in bench.dead.items()}
        attempts["no token"] = bench.call(key, row)
        if row.kind != PAGE:
            attempts["a browser's session"] = bench.call(key, row, client=bench.session)
        for name, answer in attempts.items():
            if row.kind == PAGE:
                good = answer.status_code == 302 and "/accounts/login/" in answer["Location"]
            elif row.kind == AUDITOR:
                good = answer.status_code in (401, 404)
            elif row.kind == CLIENT:
                good = answer.status_code in (400, 401) and "access_token" not in answer.content.decode()
            else:
                good = answer.status_code == 401 and "WWW-Authenticate" in answer
            wrong += [] if good else [f"{key} by {name}: {answer.status_code}"]
    assert wrong == []


def test_open_addresses_say_the_same_to_everybody(bench: Bench) -> None:
    for key, row in of_kind(OPEN):
        plain = bench.call(key, row).status_code
        assert plain not in (401, 403, 500), key
        for token in (bench.doctor, bench.patient, *bench.dead.values()):
            assert bench.call(key, row, token).status_code == plain, key


def test_the_rest_interface_takes_personal_tokens_with_the_scope_alone(bench: Bench) -> None:
    wrong = []
    for key, row in of_kind(REST):
        lacking = bench.no_scope["audit" if row.scope != "audit" else "profile"]
        attempts = {
            "a personal token without the scope": lacking,
            "a patient's application": bench.patient,
            "a clinician's application": bench.user,
            "a backend service": bench.backend,
        }
        for name, token in attempts.items():
            answer = bench.call(key, row, token)
            if answer.status_code != 403 or answer.json()["code"] != "insufficient-scope":
                wrong.append(f"{key} by {name}: {answer.status_code}")
        elsewhere = bench.call(key, row, bench.doctor, headers={"X-Tenant": bench.cast.practice.slug})
        if elsewhere.status_code != 403 or elsewhere.json()["code"] != "not-a-member":
            wrong.append(f"{key} for another organisation: {elsewhere.status_code}")
        with_scope = bench.call(key, row, bench.doctor)
        if with_scope.status_code == 401 or "insufficient-scope" in with_scope.content.decode():
            wrong.append(f"{key} with the scope: {with_scope.status_code}")
    assert wrong == []


def test_somebody_elses_things_are_not_there(bench: Bench) -> None:
    contract = bench.cast.grant(bench.cast.family_doctor, "allergies")
    for method, end in (("GET", ""), ("POST", "revoke/"), ("POST", "challenge/"), ("POST", "sign/")):
        for token in (bench.ben, bench.outsider):
            path = f"/api/v1/contracts/{contract.id}/{end}"
            answer = bench.http.generic(
                method, path, "{}", content_type="application/json", headers=bearer(token)
            )
            assert answer.status_code in (400, 403, 404), (path, answer.status_code)
            assert "allergies" not in answer.content.decode()
    lines = bench.http.get("/api/v1/accesses/", headers=bearer(bench.ben)).json()["results"]
    assert all("amara" not in json.dumps(line).lower() for line in lines)


# As about somebody who is not there: an id, a search by one, a patient to write about, or to change.
STRANGER = (404, 200, 422, 403)


def test_records_are_reached_by_the_right_token_alone(bench: Bench) -> None:
    wrong = []
    for key, row in of_kind(FHIR):
        attempts = {
            "a personal token without the scope": (bench.no_scope["profile"], 403),
            "another patient": (bench.ben, STRANGER),
            "another patient's application": (bench.of_ben, STRANGER),
            "an application with scopes for something else": (bench.narrow, 403),
            "an application connected at another organisation": (bench.elsewhere, 401),
            "a backend service that nobody agreed with": (bench.backend, STRANGER),
            "a clinician elsewhere without a contract": (bench.outsider, 403),
        }
        if "everything" in key[1]:  # which leaves out what the scopes do not reach
            narrow, _ = attempts.pop("an application with scopes for something else")
            assert "entry" not in bench.call(key, row, narrow).json()
        attempts |= {
            f"an application that may only {letter}": (token, 403)
            for letter, token in bench.reading.items()
            if not set(row.letters) <= {letter}
        }
        for name, (token, status) in attempts.items():
            before = bench.denials()
            answer = bench.call(key, row, token)
            told = bench.denials() > before
            found = _status(key, answer)
            refused = found in status if isinstance(status, tuple) else found == status
            if not refused or (status != 401 and row.about and not told):
                wrong.append(f"{key} by {name}: {found}, {'told' if told else 'not told'}")
    assert wrong == []


def _status(key: Key, answer: Any) -> int:
    """Of a batch, the status of what it asked for."""
    if key[1] == "fhir/<tenant>/" and answer.status_code == 200:
        return int(answer.json()["entry"][0]["response"]["status"][:3])
    return int(answer.status_code)


def test_with_the_right_token_records_are_reached(bench: Bench) -> None:
    for key, row in sorted(of_kind(FHIR), key=lambda each: each[0][0] == "DELETE"):
        for token in (bench.patient, bench.user):
            if key[0] == "DELETE" and token == bench.user:
                continue  # it is gone by then
            answer = bench.call(key, row, token)
            assert _status(key, answer) in (200, 201, 204), (key, answer.status_code, answer.content[:500])


def test_what_only_the_person_is_told_is_told_to_no_application(bench: Bench) -> None:
    wrong = []
    for key, row in of_kind(OWN):
        attempts = {
            "no scope": bench.no_scope["profile"],
            "another patient": bench.ben,
            "a clinician elsewhere": bench.outsider,
            "a patient's application": bench.patient,
            "a clinician's application": bench.user,
            "a backend service": bench.backend,
        }
        for name, token in attempts.items():
            status = bench.call(key, row, token).status_code
            if status not in (400, 403, 404, 422):
                wrong.append(f"{key} by {name}: {status}")
        if bench.call(key, row, bench.elsewhere).status_code not in (400, 401):
            wrong.append(f"{key} by an application connected elsewhere")
    assert wrong == []


def test_an_export_is_begun_by_whoever_may_search_patients(bench: Bench) -> None:
    for key, row in of_kind(PEOPLE):
        for token in (bench.no_scope["profile"], bench.narrow, bench.reading["r"]):
            assert bench.call(key, row, token).status_code == 403, key
        assert bench.call(key, row, bench.elsewhere).status_code == 401
        assert bench.call(key, row, bench.user).status_code == 202


def test_an_export_is_there_for_whoever_asked_for_it_alone(bench: Bench) -> None:
    ((start, asked),) = [(key, row) for key, row in of_kind(PEOPLE) if key[0] == "GET"]
    begun = bench.call(start, asked, bench.doctor)["Content-Location"].rpartition("/")[2]
    for key, row in of_kind(JOB):
        mine = replace(row, values=(*row.values, ("export", begun)))
        for token in (bench.ben, bench.outsider, bench.patient, bench.of_ben, bench.backend):
            assert bench.call(key, mine, token).status_code == 404, key
        assert bench.call(key, mine, bench.elsewhere).status_code == 401
        if key[0] == "GET" and "status" in key[1]:
            assert bench.call(key, mine, bench.doctor).status_code == 202


def test_a_subscription_is_there_for_whoever_made_it_alone(bench: Bench) -> None:
    wanted = replace(ROWS["POST", SUBSCRIPTION], body=SUBSCRIBES)
    made = bench.call(("POST", SUBSCRIPTION), wanted, bench.doctor)
    assert made.status_code == 201, made.content
    key_of_it = made["Location"].rpartition("/")[2]
    for key, row in of_kind(MINE):
        if key[0] == "POST" and key[1] == SUBSCRIPTION:
            continue  # whoever may not read what it would tell of: tests/subscriptions
        its = replace(row, values=(*row.values, ("key", key_of_it)))
        for token in (bench.ben, bench.outsider, bench.patient, bench.of_ben, bench.backend):
            answer = bench.call(key, its, token)
            assert answer.status_code in ((404,) if "<key>" in key[1] else (200, 422)), key
            assert key_of_it not in answer.content.decode(), key
        assert bench.call(key, its, bench.elsewhere).status_code == 401
    assert bench.call(("GET", f"{SUBSCRIPTION}/{key_of_it}"), Row(MINE), bench.doctor).status_code == 200


def test_any_good_token_may_ask_whether_a_resource_would_do(bench: Bench) -> None:
    for key, row in of_kind(GOOD):
        for token in (bench.doctor, bench.patient, bench.user, bench.backend):
            assert bench.call(key, row, token).status_code == 200, key


def test_who_somebody_is_is_told_to_applications_that_may_know(bench: Bench) -> None:
    for key, row in of_kind(IDENTITY):
        assert bench.call(key, row, bench.patient).status_code == 200
        for token in (bench.doctor, bench.user, bench.backend):
            assert bench.call(key, row, token).status_code in (401, 403), key


def test_no_token_opens_a_page(bench: Bench) -> None:
    for key, row in of_kind(PAGE):
        for token in (bench.doctor, bench.patient, bench.user, bench.backend):
            assert bench.call(key, row, token).status_code == 302, key
