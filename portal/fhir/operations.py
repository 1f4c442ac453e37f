"""The operations of single resources and types: `$everything`, `$docref`, `$validate`."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils.http import urlencode
from rest_framework.request import Request

from portal.fhir.bodies import json_body
from portal.fhir.bundles import searchset
from portal.fhir.endpoint import FhirEndpoint
from portal.fhir.errors import BadParameter
from portal.fhir.outcomes import MEDIA_TYPE, tell_entry
from portal.fhir.stamps import stamped
from portal.records import dates, services, strict_json
from portal.records.errors import RecordsError
from portal.records.query import LONGEST_PAGE
from portal.records.services import SearchResult
from portal.records.validation import check

Given = Mapping[str, Sequence[str]]
FORM = "application/x-www-form-urlencoded"


class Operation(FhirEndpoint):
    """Parameters in the address, or as a form or a Parameters resource in the body."""

    http_method_names = ["get", "head", "post"]
    known: frozenset[str] = frozenset()

    def get(self, request: Request, **place: str) -> HttpResponse:
        return self.answer(request, self._checked(dict(request.query_params.lists())), **place)

    def post(self, request: Request, **place: str) -> HttpResponse:
        given = {name: list(values) for name, values in request.query_params.lists()}
        for name, values in _of_body(request):
            given.setdefault(name, []).extend(values)
        return self.answer(request, self._checked(given), **place)

    def answer(self, request: Request, given: Given, **place: str) -> HttpResponse:
        raise NotImplementedError

    def _checked(self, given: Given) -> Given:
        unknown = sorted(set(given) - self.known - {"_format", "_pretty"})
        if unknown:
            names = ", ".join(sorted(self.known - {"_cursor"}))
            raise BadParameter(
                f"The parameter {unknown[0][:40]!r} is not served here. Use: {names}.",
                expression=unknown[0][:40],
            )
        return given

    def bundle(self, found: SearchResult, path: str, given: Given) -> HttpResponse:
        """The page as a searchset, with the address of the next one."""
        links = [("self", linked(f"{self.base}/{path}", given))]
        if found.cursor:
            links.append(("next", linked(f"{self.base}/{path}", {**given, "_cursor": [found.cursor]})))
        entries = [
            (
                f"{self.base}/{one.type}/{one.id}",
                stamped(one.content, version=one.version, updated=one.updated),
            )
            for one in found.records
        ]
        response = HttpResponse(searchset(entries, links=links), content_type=MEDIA_TYPE)
        tell_entry(response, found.promise, found.decision)
        return response


class Everything(Operation):
    """`Patient/id/$everything`: all that is kept of a patient and permitted, page by page."""

    known = frozenset({"_since", "_type", "_count", "_cursor"})

    def answer(self, request: Request, given: Given, **place: str) -> HttpResponse:
        since, count = instant(given, "_since"), counted(given)

        found = self.on_records(
            services.everything,
            patient=place["key"],
            types=words(given, "_type"),
            since=since,
            count=count,
            cursor=first(given, "_cursor"),
        )
        return self.bundle(found, f"Patient/{place['key']}/$everything", given)


class DocRef(Operation):
    """`DocumentReference/$docref` (US Core): the documents of a patient, of a type, from a time."""

    known = frozenset({"patient", "start", "end", "type", "on-demand", "_cursor"})

    def answer(self, request: Request, given: Given, **place: str) -> HttpResponse:
        if not first(given, "patient"):
            raise BadParameter("Say whose documents: patient=<id of the Patient>.", expression="patient")
        bounds = [
            f"{prefix}{first(given, name)}"
            for name, prefix in (("start", "ge"), ("end", "le"))
            if given.get(name)
        ]
        params = {
            "patient": given["patient"],
            **({"type": given["type"]} if given.get("type") else {}),
            **({"period": bounds} if bounds else {}),
            **({"_cursor": given["_cursor"]} if given.get("_cursor") else {}),
        }

        found = self.on_records(services.search, type="DocumentReference", params=params)
        return self.bundle(found, "DocumentReference/$docref", given)


class Validate(FhirEndpoint):
    """`Type/$validate`: whether a resource could be stored. Nothing is."""

    http_method_names = ["post"]

    def post(self, request: Request, tenant: str, kind: str, key: str = "") -> HttpResponse:
        issue: dict[str, Any] = {
            "severity": "information",
            "code": "informational",
            "details": {"text": "All OK"},
        }
        try:
            resource = strict_json.parse(json_body(request))
            check(_within(resource, kind))
        except RecordsError as error:
            issue = {"severity": "error", "code": "invalid", "details": {"text": str(error)}}
            if error.expression:
                issue["expression"] = [error.expression]
        document = json.dumps({"resourceType": "OperationOutcome", "issue": [issue]})
        return HttpResponse(document, content_type=MEDIA_TYPE)


def words(given: Given, name: str) -> list[str]:
    return [word for value in given.get(name, ()) for word in value.split(",") if word]


def instant(given: Given, name: str) -> datetime | None:
    """The beginning of the time that a parameter names. Raises BadParameter."""
    if not (text := first(given, name)):
        return None
    try:
        return dates.span(text).start
    except (ValueError, OverflowError):
        raise BadParameter(
            f"{name} is a FHIR instant, such as 2026-05-01T10:00:00Z.", expression=name
        ) from None


def _within(resource: Any, kind: str) -> Any:
    """The resource that is to be validated, itself or in Parameters. Raises RecordsError."""
    if isinstance(resource, dict) and resource.get("resourceType") == "Parameters":
        parts = resource.get("parameter")
        for part in parts if isinstance(parts, list) else ():
            if isinstance(part, dict) and part.get("name") == "resource":
                resource = part.get("resource")
    found = resource.get("resourceType") if isinstance(resource, dict) else None
    if found != kind:
        raise RecordsError(f"This is not a {kind}.", expression="resourceType")
    return resource


def _of_body(request: Request) -> Iterable[tuple[str, list[str]]]:
    """What a form or a Parameters resource says; nothing where there is no body."""
    if not (request.content_type or FORM).startswith(FORM):
        return _of_parameters(json_body(request)).items()
    form: Any = request.data
    return form.lists() if form else ()


def _of_parameters(body: bytes) -> dict[str, list[str]]:
    """The values of a Parameters resource. Raises MalformedJson, BadParameter."""
    document = strict_json.parse(body)
    found: dict[str, list[str]] = {}
    parts = document.get("parameter", []) if isinstance(document, dict) else None
    if not isinstance(parts, list):
        raise BadParameter("The body is no Parameters resource.", expression="Parameters")
    for part in parts:
        values = (
            [str(value) for name, value in part.items() if name.startswith("value")]
            if isinstance(part, dict)
            else []
        )
        if not values:
            raise BadParameter(
                "A parameter has no value that is served here.", expression="Parameters.parameter"
            )
        found.setdefault(str(part.get("name")), []).extend(values)
    return found


def counted(given: Given) -> int:
    text = first(given, "_count") or str(LONGEST_PAGE)
    if not text.isdecimal() or not int(text[:6]):
        raise BadParameter(f"_count is a number from 1 to {LONGEST_PAGE}.", expression="_count")
    return min(int(text[:6]), LONGEST_PAGE)


def first(given: Given, name: str) -> str:
    return next(iter(given.get(name, ())), "")


def linked(address: str, given: Given) -> str:
    query = urlencode(given, doseq=True)
    return f"{address}?{query}" if query else address
