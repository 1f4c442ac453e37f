"""`Subscription`: made, read, listed and ended by whoever subscribed; its status; and the token that binds a socket."""

import json
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from rest_framework.request import Request

from portal.accounts.identity import Caller
from portal.fhir.bodies import json_body
from portal.fhir.bundles import searchset
from portal.fhir.endpoint import FhirEndpoint
from portal.fhir.operations import Given, Operation, linked, words
from portal.fhir.outcomes import MEDIA_TYPE
from portal.fhir.registry import SUBSCRIPTION
from portal.fhir.subscribing import resource_of, wanted
from portal.subscriptions import notification, services
from portal.subscriptions.errors import UnknownSubscription
from portal.subscriptions.models import Subscription
from portal.subscriptions.notification import QUERY

SOCKET = "/ws/subscriptions/"


class Subscriptions(Operation):
    """`GET Subscription?status=&type=&criteria=`: the caller's own. `POST Subscription`: a new one."""

    known = frozenset(SUBSCRIPTION.parameters)

    def post(self, request: Request, **place: str) -> HttpResponse:
        asked = wanted(json_body(request), self.base)

        def operation(caller: Caller, purpose: str | None) -> Subscription:
            return services.subscribe(
                caller=caller, tenant=self.organisation.id, wanted=asked, base=self.base, purpose=purpose
            )

        row = self.ask(operation)
        response = _answer(resource_of(row), status=201)
        response["Location"] = f"{self.base}/Subscription/{row.id}"
        return response

    def answer(self, request: Request, given: Given, **place: str) -> HttpResponse:
        found = [resource_of(row) for row in self.ask(self._own)]
        address = f"{self.base}/Subscription"
        entries = [(f"{address}/{one['id']}", json.dumps(one).encode()) for one in found if _fits(one, given)]
        content = searchset(entries, links=[("self", linked(address, given))], total=len(entries))
        return HttpResponse(content, content_type=MEDIA_TYPE)

    def _own(self, caller: Caller, purpose: str | None) -> list[Subscription]:
        return services.own(caller=caller, tenant=self.organisation.id)


class OneSubscription(FhirEndpoint):
    http_method_names = ["get", "head", "delete"]

    def get(self, request: Request, tenant: str, key: UUID) -> HttpResponse:
        def operation(caller: Caller, purpose: str | None) -> Subscription:
            return services.one(caller=caller, tenant=self.organisation.id, subscription=key)

        return _answer(resource_of(self.ask(operation)))

    def delete(self, request: Request, tenant: str, key: UUID) -> HttpResponse:
        def operation(caller: Caller, purpose: str | None) -> None:
            services.end(caller=caller, tenant=self.organisation.id, subscription=key)

        self.ask(operation)
        return HttpResponse(status=204)


class SubscriptionStatus(Operation):
    """`$status`, of one or of all of the caller's: how each stands, as Parameters in a searchset."""

    known = frozenset({"id", "status"})

    def answer(self, request: Request, given: Given, **place: Any) -> HttpResponse:
        only = {str(place["key"])} if "key" in place else set(words(given, "id"))

        def operation(caller: Caller, purpose: str | None) -> list[Subscription]:
            return services.own(caller=caller, tenant=self.organisation.id)

        rows = [row for row in self.ask(operation) if not only or str(row.id) in only]
        if "key" in place and not rows:
            raise UnknownSubscription("You have no such subscription here (any more).")
        stated = set(words(given, "status"))
        told = [
            notification.status(row, QUERY, before=row.events)
            for row in rows
            if not stated or row.status in stated
        ]
        entries = [(f"urn:uuid:{one['id']}", json.dumps(one).encode()) for one in told]
        links = [("self", request.build_absolute_uri())]
        return HttpResponse(searchset(entries, links=links, total=len(entries)), content_type=MEDIA_TYPE)


class BindingToken(Operation):
    """`$get-ws-binding-token`: what a client sends first on the socket, and where the socket is."""

    known = frozenset({"id", "ids"})

    def answer(self, request: Request, given: Given, **place: Any) -> HttpResponse:
        named = [place["key"]] if "key" in place else [*words(given, "id"), *words(given, "ids")]

        def operation(caller: Caller, purpose: str | None) -> Any:
            return services.bind(
                caller=caller, tenant=self.organisation.id, subscriptions=[_id(one) for one in named]
            )

        token, until = self.ask(operation)
        socket = request.build_absolute_uri(SOCKET).replace("http", "ws", 1)
        parts = [
            {"name": "token", "valueString": token},
            {"name": "expiration", "valueDateTime": until.isoformat(timespec="seconds")},
            *({"name": "subscription", "valueString": str(one)} for one in named),
            {"name": "websocket-url", "valueUrl": socket},
        ]
        return _answer({"resourceType": "Parameters", "parameter": parts})


def _fits(resource: dict[str, Any], given: Given) -> bool:
    said = {
        "_id": resource["id"],
        "status": resource["status"],
        "criteria": resource["criteria"],
        "type": resource["channel"]["type"],
    }
    return all(said[name] in words(given, name) for name in said if given.get(name))


def _id(value: Any) -> UUID:
    try:
        return value if isinstance(value, UUID) else UUID(str(value).removeprefix("Subscription/"))
    except ValueError:
        raise UnknownSubscription("You have no such subscription here (any more).") from None


def _answer(value: dict[str, Any], *, status: int = 200) -> HttpResponse:
    return HttpResponse(json.dumps(value), content_type=MEDIA_TYPE, status=status)
