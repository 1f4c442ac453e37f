"""What was given can be taken back, one permission or all, and it bites on the next call."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from portal.smart import services
from portal.smart.errors import UnknownConnection
from tests.cast import PATIENT, Cast
from tests.entries import entries_of_type
from tests.smart.app import App, bearer
from tests.staff import sign_in, text

SCOPE = "launch/patient offline_access patient/Observation.rs patient/Condition.rs"


def status(growth: App, cast: Cast, token: str, kind: str) -> int:
    address = f"/fhir/{cast.hospital.slug}/{kind}?patient={PATIENT}"
    return growth.http.get(address, headers=bearer(token)).status_code


def test_one_permission_is_taken_back_alone(cast: Cast, amara: Client, growth: App) -> None:
    token = growth.connect(amara, cast.hospital, SCOPE)
    page = amara.get(reverse("patients:apps"))
    assert "Growth Chart" in text(page)
    (app,) = page.context["apps"]
    address = reverse("patients:app_take_back", args=[app["id"]])
    assert amara.post(address, {"scope": "patient/Condition.rs"}).status_code == 302
    assert status(growth, cast, token["access_token"], "Observation") == 200
    assert status(growth, cast, token["access_token"], "Condition") == 403
    renewed = growth.refresh(token["refresh_token"]).json()
    assert status(growth, cast, renewed["access_token"], "Condition") == 403
    (narrowed,) = entries_of_type(cast.hospital.id, "application.narrowed")
    assert narrowed.audit["taken_back"] == "patient/Condition.rs"
    amara.post(address, {"scope": "patient/Observation.rs"})
    assert status(growth, cast, renewed["access_token"], "Observation") == 401
    assert amara.get(reverse("patients:apps")).context["apps"] == []


def test_home_names_it_and_counts_it_as_nobody(cast: Cast, amara: Client, growth: App) -> None:
    before = amara.get(reverse("patients:home")).context
    growth.connect(amara, cast.hospital, SCOPE)
    page = amara.get(reverse("patients:home"))
    assert (len(before["apps"]), len(page.context["apps"])) == (0, 1)
    assert page.context["apps"][0].application.name in page.content.decode()
    assert page.context["sharing"] == before["sharing"]


def test_ending_the_connection_ends_tokens_and_contract(cast: Cast, amara: Client, growth: App) -> None:
    token = growth.connect(amara, cast.hospital, SCOPE)
    (app,) = amara.get(reverse("patients:apps")).context["apps"]
    assert amara.post(reverse("patients:app_end", args=[app["id"]])).status_code == 302
    assert status(growth, cast, token["access_token"], "Observation") == 401
    assert growth.refresh(token["refresh_token"]).status_code == 400
    assert len(entries_of_type(cast.hospital.id, "contract.revoked")) == 1
    assert amara.post(reverse("patients:app_end", args=[app["id"]])).status_code == 302


def test_stopping_the_contract_stops_the_application(cast: Cast, amara: Client, growth: App) -> None:
    token = growth.connect(amara, cast.hospital, SCOPE)["access_token"]
    (app,) = amara.get(reverse("patients:apps")).context["apps"]
    amara.post(reverse("patients:contract_stop", args=[app["contract"]]))
    assert status(growth, cast, token, "Observation") == 403


def test_nobody_else_can_take_it_back(cast: Cast, amara: Client, growth: App) -> None:
    token = growth.connect(amara, cast.hospital, SCOPE)["access_token"]
    (app,) = amara.get(reverse("patients:apps")).context["apps"]
    other = sign_in(cast.doctor)
    other.post(reverse("patients:app_end", args=[app["id"]]))
    assert status(growth, cast, token, "Observation") == 200


def test_an_application_that_is_admitted_no_longer_reaches_nothing(
    cast: Cast, amara: Client, growth: App
) -> None:
    token = growth.connect(amara, cast.hospital, SCOPE)
    services.remove(application=growth.application, tenant=cast.hospital.id)
    assert status(growth, cast, token["access_token"], "Observation") == 401
    assert growth.refresh(token["refresh_token"]).status_code == 400
    assert len(entries_of_type(cast.hospital.id, "application.removed")) == 1


def at_once(cast: Cast, given: UUID, *scopes: str) -> Counter[str]:
    """What became of taking each of these back at the same time, over a connection of its own."""
    together = Barrier(len(scopes))

    def one(scope: str) -> str:
        try:
            together.wait(30)
            services.take_back(connection=given, scope=scope, account=cast.amara.user)
        except UnknownConnection as error:
            return error.code
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(scopes)) as pool:
        return Counter(pool.map(one, scopes))


@pytest.mark.django_db(transaction=True)
def test_of_permissions_taken_back_at_once_none_is_lost_and_none_counts_twice(
    cast: Cast, amara: Client, growth: App
) -> None:
    observations, conditions, allergies = (
        f"patient/{kind}.rs" for kind in ("Observation", "Condition", "AllergyIntolerance")
    )
    growth.connect(amara, cast.hospital, f"launch/patient {observations} {conditions} {allergies}")
    (given,) = services.connections_of(cast.amara.user)
    found = at_once(cast, given.id, observations, conditions, observations, conditions)
    assert found == {"done": 2, "unknown-connection": 2}
    (left,) = services.connections_of(cast.amara.user)
    assert services.over_records(left) == [allergies]
    assert len(entries_of_type(cast.hospital.id, "application.narrowed")) == 2


@pytest.mark.django_db(transaction=True)
def test_the_last_two_permissions_taken_back_at_once_end_it_once(
    cast: Cast, amara: Client, growth: App
) -> None:
    scopes = ("patient/Observation.rs", "patient/Condition.rs")
    growth.connect(amara, cast.hospital, f"launch/patient {' '.join(scopes)}")
    (given,) = services.connections_of(cast.amara.user)
    assert at_once(cast, given.id, *scopes) == {"done": 2}
    assert services.connections_of(cast.amara.user) == []
    told = [len(entries_of_type(cast.hospital.id, kind)) for kind in ("contract.revoked", "token.revoked")]
    assert told == [1, 1]
