"""FHIR R4 over HTTP at `/fhir/<tenant>/`: one operation on records for each interaction."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.http import http_date, urlencode
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from ledger.scope import tenant_scope
from portal.accounts import selectors
from portal.accounts.identity import Caller
from portal.fhir import capability
from portal.fhir.bundles import searchset
from portal.fhir.endpoint import FhirEndpoint
from portal.fhir.errors import BadParameter
from portal.fhir.outcomes import MEDIA_TYPE, tell_entry
from portal.fhir.parameters import Asked, asked_for
from portal.fhir.shortening import shortened
from portal.fhir.stamps import stamped
from portal.fhir.writing import WritesInstance, WritesType, etag
from portal.records import services
from portal.records.errors import UnsupportedType
from portal.records.kinds import CLINICAL, KINDS
from portal.records.services import Record, SearchResult


class Metadata(FhirEndpoint):
    """What this server can do; told to everybody (FHIR R4, 3.1.0.4)."""

    authentication_classes = ()
    permission_classes = ()

    def get(self, request: Request, tenant: str) -> HttpResponse:
        statement = capability.statement(request.build_absolute_uri(_base(tenant)), self.organisation.name)
        return JsonResponse(statement, content_type=MEDIA_TYPE)


class Instance(WritesInstance):
    """`GET Type/id`, `GET Type/id/_history/version`."""

    def get(
        self, request: Request, tenant: str, kind: str, key: str, version: int | None = None
    ) -> HttpResponse:
        found = self.on_records(services.read, type=kind, id=key, version=version)
        record = found.record
        content = stamped(record.content, version=record.version, updated=record.updated)
        response = HttpResponse(content, content_type=MEDIA_TYPE)
        response["ETag"] = etag(record.version)
        response["Last-Modified"] = http_date(record.updated.timestamp())
        tell_entry(response, found.promise, found.decision)
        return response


class Type(WritesType):
    """`GET Type?...`, and the same as a form: `POST Type/_search`."""

    def get(self, request: Request, tenant: str, kind: str) -> HttpResponse:
        return self._search(request, kind, dict(request.query_params.lists()))

    def _search(self, request: Request, kind: str, given: Mapping[str, Sequence[str]]) -> HttpResponse:
        if kind not in KINDS:
            raise UnsupportedType(f"This node does not keep resources of the type {kind[:40]!r}.")
        base = request.build_absolute_uri(_base(self.organisation.slug))
        lenient = "handling=lenient" in request.headers.get("Prefer", "")
        asked = asked_for(kind, _local(given, base), base=base, lenient=lenient)

        def operation(caller: Caller, purpose: str | None) -> SearchResult:
            params = {
                name: asked.served[name]
                for name in asked.served
                if not (caller.refused and name == "category")
            }
            return services.search(
                caller=caller,
                tenant=self.organisation.id,
                type=kind,
                params=self._about_oneself(caller, kind, params),
                purpose=purpose,
            )

        found = self.ask(operation, enters=True)
        response = HttpResponse(self._bundle(base, kind, asked, found), content_type=MEDIA_TYPE)
        tell_entry(response, found.promise, found.decision)
        return response

    def _about_oneself(
        self, caller: Caller, kind: str, params: Mapping[str, Sequence[str]]
    ) -> Mapping[str, Sequence[str]]:
        """A patient who names nobody asks for her own record."""
        naming = {"patient", "subject", "_id", *(("identifier",) if kind == "Patient" else ())}
        if kind not in CLINICAL or caller.person is None or caller.organisation or naming & set(params):
            return params
        with tenant_scope(self.organisation.id):
            return {**params, "patient": [selectors.registration(person=caller.person).patient]}

    def _bundle(self, base: str, kind: str, asked: Asked, found: SearchResult) -> bytes:
        links = [("self", _link(base, kind, asked.shown))]
        if found.cursor:
            links.append(("next", _link(base, kind, {**asked.shown, "_cursor": [found.cursor]})))

        def entries(records: Sequence[Record]) -> list[tuple[str, bytes]]:
            return [(_full_url(base, one), self._content(one, asked)) for one in records]

        return searchset(
            entries(found.records),
            included=entries(found.included),
            links=links,
            total=found.total,
            outcome=asked.warning,
        )

    def _content(self, record: Record, asked: Asked) -> bytes:
        if not asked.summary and not asked.elements:
            return stamped(record.content, version=record.version, updated=record.updated)
        return shortened(record.content, record.type, summary=asked.summary, elements=asked.elements)


class Search(Type):
    """`POST Type/_search`: what is searched for stays out of addresses and logs."""

    http_method_names = ["post"]

    def post(self, request: Request, tenant: str, kind: str) -> HttpResponse:
        given: dict[str, list[str]] = dict(request.query_params.lists())
        for name, values in request.data.lists() if hasattr(request.data, "lists") else ():
            given.setdefault(name, []).extend(values)
        return self._search(request, kind, given)


class NoId(FhirEndpoint):
    """`Type/` and what can be no id: nothing is there, and nothing can be put there."""

    http_method_names = ["get", "head", "put", "patch", "delete"]

    def get(self, request: Request, tenant: str, kind: str, key: str) -> HttpResponse:
        raise NotFound

    def put(self, request: Request, tenant: str, kind: str, key: str) -> HttpResponse:
        sentence = "An id has letters, digits, - and . only, and at most 64 of them. Nothing was stored."
        raise BadParameter(sentence, expression=f"{kind}.id")

    patch = get
    delete = get


class NotHere(FhirEndpoint):
    """Any other address below a tenant's base."""

    authentication_classes = ()
    permission_classes = ()
    http_method_names = ["get", "head", "post", "put", "patch", "delete"]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise NotFound


def _base(tenant: str) -> str:
    return reverse("fhir:metadata", args=[tenant]).removesuffix("/metadata")


def _local(given: Mapping[str, Sequence[str]], base: str) -> Mapping[str, Sequence[str]]:
    """What was asked for, with references to this server's own address made relative, as they are stored."""
    own = re.compile(rf"{re.escape(base)}/(?=[A-Z][A-Za-z]+/[A-Za-z0-9\-.]+\Z)")
    return {name: [own.sub("", value) for value in values] for name, values in given.items()}


def _full_url(base: str, record: Record) -> str:
    return f"{base}/{record.type}/{record.id}"


def _link(base: str, kind: str, params: Mapping[str, Sequence[str]]) -> str:
    query = urlencode(params, doseq=True)
    return f"{base}/{kind}?{query}" if query else f"{base}/{kind}"
