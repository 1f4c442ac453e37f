"""`POST` to the base: a transaction, or a batch whose entries are each served as if they had come alone."""

import json
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from rest_framework.request import Request

from portal.fhir.bodies import MAX_BUNDLE, json_body, local
from portal.fhir.conditions import about, wanted
from portal.fhir.endpoint import FhirEndpoint
from portal.fhir.outcomes import MEDIA_TYPE, NOTICE, outcome, tell_entry, tell_notice, warning
from portal.fhir.stamps import stamped
from portal.fhir.writing import STATUS, etag, location
from portal.records import services
from portal.records.errors import RecordsError
from portal.records.services import BundleEntry, Written

MOST_IN_BATCH = 100
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})
_HEADERS = {
    "ifMatch": "HTTP_IF_MATCH",
    "ifNoneExist": "HTTP_IF_NONE_EXIST",
    "ifNoneMatch": "HTTP_IF_NONE_MATCH",
}


class Base(FhirEndpoint):
    """The address of the server itself."""

    http_method_names = ["post"]

    def post(self, request: Request, tenant: str) -> HttpResponse:
        kind, entries = services.read_bundle(local(json_body(request, most=MAX_BUNDLE), self.base))
        return self._batch(request, entries) if kind == "batch" else self._transaction(request, entries)

    def _transaction(self, request: Request, entries: list[BundleEntry]) -> HttpResponse:
        done = self.on_records(services.transact, entries=entries, about=about(request))
        full = wanted(request) == "representation"
        response = _bundle("transaction-response", [_of_write(self.base, one, full=full) for one in done])
        for one in done[:1]:
            tell_entry(response, one.promise)
        for one in done:
            tell_notice(response, one.decision)
        return response

    def _batch(self, request: Request, entries: list[BundleEntry]) -> HttpResponse:
        answers = [self._alone(request._request, entry, index) for index, entry in enumerate(entries)]
        response = _bundle("batch-response", [_of_response(answer) for answer in answers])
        for notice in {answer[NOTICE] for answer in answers if NOTICE in answer}:
            response[NOTICE] = notice
        return response

    def _alone(self, request: HttpRequest, entry: BundleEntry, index: int) -> Any:
        """One entry as a request of its own, with the same token, organisation and purpose."""
        if index >= MOST_IN_BATCH:
            sentence = f"At most {MOST_IN_BATCH} entries of a batch are served. Send the others again."
            return outcome(413, "batch-too-long", sentence, request.request_id)  # type: ignore[attr-defined]
        try:
            services.check_entry(entry.around, index)
            inner = _request(request, f"/fhir/{self.organisation.slug}", entry)
            view, arguments, named = resolve(inner.path_info)
        except RecordsError as error:
            return outcome(
                error.status,
                error.code,
                str(error),
                request.request_id,  # type: ignore[attr-defined]
                expression=getattr(error, "expression", ""),
            )
        except (ValueError, Resolver404):
            sentence = "The request of this entry names no method and address that are served."
            return outcome(400, "bundle-invalid", sentence, request.request_id)  # type: ignore[attr-defined]
        if getattr(view.cls, "streams", False) and inner.method in {
            "GET",
            "HEAD",
        }:  # before anything is decided or entered
            sentence = "Documents and exported files are not carried by a batch. Get this one by itself."
            return outcome(422, "batch-entry-streamed", sentence, request.request_id)  # type: ignore[attr-defined]
        return view(inner, *arguments, **named)


def _request(outer: HttpRequest, base: str, entry: BundleEntry) -> WSGIRequest:
    """Raises ValueError for what is no request."""
    url = entry.request.get("url")
    if (
        entry.method not in METHODS
        or not isinstance(url, str)
        or ("_history" in url and entry.method != "GET")
    ):
        raise ValueError("not a request that is served")
    parts = urlsplit(url)
    if parts.scheme or parts.netloc or not parts.path.strip("/"):
        raise ValueError("not an address below this server")
    body = services.carried_patch(entry.resource) if entry.method == "PATCH" else entry.text.encode()
    outside = {name: value for name, value in outer.META.items() if isinstance(value, str)}
    for name in _HEADERS.values():
        outside.pop(name, None)
    stated = {
        header: entry.request[name]
        for name, header in _HEADERS.items()
        if isinstance(entry.request.get(name), str)
    }
    inner = WSGIRequest(
        {
            **outside,
            **stated,
            "REQUEST_METHOD": entry.method,
            "PATH_INFO": f"{base}/{parts.path.lstrip('/')}",
            "SCRIPT_NAME": "",
            "QUERY_STRING": parts.query,
            "CONTENT_TYPE": services.PATCH_TYPE if entry.method == "PATCH" else "application/fhir+json",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": BytesIO(body),
            "wsgi.url_scheme": outer.scheme or "http",
        }
    )
    inner.request_id = outer.request_id  # type: ignore[attr-defined]
    return inner


def _of_write(base: str, one: Written, *, full: bool) -> str:
    told: dict[str, Any] = {
        "response": {
            "status": str(STATUS[one.outcome]),
            **({"etag": etag(one.version)} if one.version else {}),
            "lastModified": one.updated.isoformat(timespec="milliseconds"),
            **({} if one.outcome == "deleted" else {"location": location(base, one)}),
            **({"outcome": _warned(one)} if one.warnings else {}),
        },
        **({} if one.outcome == "deleted" else {"fullUrl": f"{base}/{one.type}/{one.id}"}),
    }
    if not full or one.outcome == "deleted":
        return json.dumps(told)
    content = stamped(one.content, version=one.version, updated=one.updated).decode()
    return f'{json.dumps(told)[:-1]}, "resource": {content}}}'


def _warned(one: Written) -> dict[str, Any]:
    return {"resourceType": "OperationOutcome", "issue": [warning(each) for each in one.warnings]}


def _of_response(response: Any) -> str:
    """A response of its own as an entry; an error's OperationOutcome stands where the standard wants it."""
    told: dict[str, Any] = {"status": str(response.status_code)}
    for name, header in (("location", "Location"), ("etag", "ETag")):
        if header in response:
            told[name] = response[header]
    content = response.content.decode()
    if not content:
        return json.dumps({"response": told})
    if response.status_code >= 400:
        return f'{{"response": {json.dumps(told)[:-1]}, "outcome": {content}}}}}'
    return f'{{"resource": {content}, "response": {json.dumps(told)}}}'


def _bundle(kind: str, parts: list[str]) -> HttpResponse:
    entries = f',"entry":[{",".join(parts)}]' if parts else ""
    return HttpResponse(f'{{"resourceType":"Bundle","type":"{kind}"{entries}}}', content_type=MEDIA_TYPE)
