"""Create, update, patch and delete over HTTP, also of whatever fits a search."""

from typing import Any

from django.http import HttpResponse
from django.utils.http import http_date
from rest_framework.request import Request

from portal.fhir.bodies import json_body, local, patch_body
from portal.fhir.conditions import about, if_match, if_none_exist, search_of, wanted
from portal.fhir.endpoint import FhirEndpoint
from portal.fhir.errors import BadParameter
from portal.fhir.outcomes import MEDIA_TYPE, done, tell_entry
from portal.fhir.stamps import stamped
from portal.records import services
from portal.records.services import Written

STATUS = {"created": 201, "updated": 200, "deleted": 204, "found": 200}


class Writes(FhirEndpoint):
    """What all of them share: the version that a change was made for, and whose record it is."""

    def written(self, request: Request, one: Written) -> HttpResponse:
        return answer(request, self.base, one)

    def content(self, request: Request) -> bytes:
        """The body, as it is to be stored."""
        return local(json_body(request), self.base)

    def version(self, request: Request) -> int | None:
        return if_match(request.headers.get("If-Match"))

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Say what a patch is written in, where it came in something else (RFC 5789, 3.1)."""
        if request.method == "PATCH" and response.status_code == 415:
            response["Accept-Patch"] = services.PATCH_TYPE
        return super().finalize_response(request, response, *args, **kwargs)


class WritesInstance(Writes):
    """`PUT Type/id`, `PATCH Type/id`, `DELETE Type/id`."""

    def put(self, request: Request, tenant: str, kind: str, key: str) -> HttpResponse:
        content, version = self.content(request), self.version(request)
        given = {"content": content, "version": version, "about": about(request)}
        return self.written(request, self.on_records(services.update, type=kind, id=key, **given))

    def patch(self, request: Request, tenant: str, kind: str, key: str) -> HttpResponse:
        given = {"content": local(patch_body(request), self.base), "version": self.version(request)}
        return self.written(request, self.on_records(services.patch, type=kind, id=key, **given))

    def delete(self, request: Request, tenant: str, kind: str, key: str) -> HttpResponse:
        version = self.version(request)
        return self.written(request, self.on_records(services.delete, type=kind, id=key, version=version))


class WritesType(Writes):
    """`POST Type`, with `If-None-Exist`; `PUT Type?search`, `DELETE Type?search`."""

    def post(self, request: Request, tenant: str, kind: str) -> HttpResponse:
        content, condition = self.content(request), if_none_exist(request.headers.get("If-None-Exist"))
        given = {"content": content, "condition": condition, "about": about(request)}
        return self.written(request, self.on_records(services.create, type=kind, **given))

    def put(self, request: Request, tenant: str, kind: str) -> HttpResponse:
        content, condition = self.content(request), self._condition(request)
        given = {"content": content, "version": self.version(request), "about": about(request)}
        made = self.on_records(services.update_where, type=kind, condition=condition, **given)
        return self.written(request, made)

    def delete(self, request: Request, tenant: str, kind: str) -> HttpResponse:
        condition, version = self._condition(request), self.version(request)
        made = self.on_records(services.delete_where, type=kind, condition=condition, version=version)
        return self.written(request, made)

    def _condition(self, request: Request) -> dict[str, list[str]]:
        found = search_of(request.META.get("QUERY_STRING", ""))
        if not found:
            sentence = "Name one record by its id, or by a search such as ?identifier=system|value. Nothing was stored."
            raise BadParameter(sentence, expression="url")
        return found


def answer(request: Request, base: str, one: Written) -> HttpResponse:
    """What became of a write, in the form that the header Prefer asks for."""
    status, preferred = STATUS[one.outcome], wanted(request)
    if preferred == "OperationOutcome":
        response = done(200 if status == 204 else status, one.outcome, one.warnings)
    elif one.outcome == "deleted" or preferred == "minimal":
        response = HttpResponse(status=status)
    else:
        body = stamped(one.content, version=one.version, updated=one.updated)
        response = HttpResponse(body, status=status, content_type=MEDIA_TYPE)
    if one.version:
        response["ETag"] = etag(one.version)
        response["Last-Modified"] = http_date(one.updated.timestamp())
    if one.outcome != "deleted":
        response["Location"] = location(base, one)
    tell_entry(response, one.promise, one.decision)
    return response


def location(base: str, one: Written) -> str:
    return f"{base}/{one.type}/{one.id}/_history/{one.version}"


def etag(version: int) -> str:
    return f'W/"{version}"'
