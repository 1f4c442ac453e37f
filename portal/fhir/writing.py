"""Create, update and delete over HTTP."""

from django.http import HttpResponse
from django.utils.http import http_date
from rest_framework.request import Request

from portal.accounts.identity import Caller
from portal.fhir.bodies import json_body
from portal.fhir.conditions import if_match, if_none_exist, wanted
from portal.fhir.endpoint import FhirEndpoint
from portal.fhir.outcomes import MEDIA_TYPE, done, tell_entry
from portal.fhir.stamps import stamped
from portal.records import services
from portal.records.services import Written

STATUS = {"created": 201, "updated": 200, "deleted": 204, "found": 200}


class WritesInstance(FhirEndpoint):
    """`PUT Type/id`, `DELETE Type/id`."""

    def put(self, request: Request, tenant: str, kind: str, key: str) -> HttpResponse:
        content, version = json_body(request), if_match(request.headers.get("If-Match"))

        def operation(caller: Caller, purpose: str | None) -> Written:
            return services.update(
                caller=caller,
                tenant=self.organisation.id,
                type=kind,
                id=key,
                content=content,
                purpose=purpose,
                version=version,
            )

        return answer(request, self.base, self.ask(operation, enters=True))

    def delete(self, request: Request, tenant: str, kind: str, key: str) -> HttpResponse:
        version = if_match(request.headers.get("If-Match"))

        def operation(caller: Caller, purpose: str | None) -> Written:
            return services.delete(
                caller=caller,
                tenant=self.organisation.id,
                type=kind,
                id=key,
                purpose=purpose,
                version=version,
            )

        return answer(request, self.base, self.ask(operation, enters=True))


class WritesType(FhirEndpoint):
    """`POST Type`, with `If-None-Exist`."""

    def post(self, request: Request, tenant: str, kind: str) -> HttpResponse:
        content, condition = json_body(request), if_none_exist(request.headers.get("If-None-Exist"))

        def operation(caller: Caller, purpose: str | None) -> Written:
            return services.create(
                caller=caller,
                tenant=self.organisation.id,
                type=kind,
                content=content,
                purpose=purpose,
                condition=condition,
            )

        return answer(request, self.base, self.ask(operation, enters=True))


def answer(request: Request, base: str, one: Written) -> HttpResponse:
    """What became of a write, in the form that the header Prefer asks for."""
    status, preferred = STATUS[one.outcome], wanted(request)
    if preferred == "OperationOutcome":
        response = done(200 if status == 204 else status, one.outcome)
    elif one.outcome == "deleted" or preferred == "minimal":
        response = HttpResponse(status=status)
    else:
        body = stamped(one.content, version=one.version, updated=one.updated)
        response = HttpResponse(body, status=status, content_type=MEDIA_TYPE)
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
