"""Bulk Data 2.0 over HTTP: kick-off, status, files, deletion."""

import json
from typing import Any
from uuid import UUID

from django.http import HttpResponse, StreamingHttpResponse
from django.utils.http import http_date
from rest_framework.request import Request

from consent.part2 import REDISCLOSURE
from portal.accounts.identity import Caller
from portal.fhir.endpoint import FhirEndpoint
from portal.fhir.errors import BadParameter
from portal.fhir.operations import Given, Operation, instant, words
from portal.fhir.outcomes import NOTICE
from portal.records import services
from portal.records.services import Exported
from portal.staff.files import from_thread

NDJSON = "application/fhir+ndjson"
FORMATS = frozenset({NDJSON, "application/ndjson", "ndjson"})
_MISSING = {
    "access-withdrawn": "Permission ended while the export ran. What follows is missing.",
    "record-tampered": "A record is not what was stored and is left out.",
}


class Start(Operation):
    """`Patient/$export`."""

    known = frozenset({"_outputFormat", "_since", "_type", "patient"})

    def answer(self, request: Request, given: Given, **place: str) -> HttpResponse:
        if "respond-async" not in request.headers.get("Prefer", ""):
            raise BadParameter("An export takes its time: send Prefer: respond-async.", expression="Prefer")
        if set(words(given, "_outputFormat")) - FORMATS:
            raise BadParameter(f"_outputFormat is {NDJSON}.", expression="_outputFormat")
        since = instant(given, "_since")

        def operation(caller: Caller, purpose: str | None) -> UUID:
            return services.start_export(
                caller=caller,
                tenant=self.organisation.id,
                request=request.build_absolute_uri(),
                types=words(given, "_type"),
                since=since,
                patients=[word.removeprefix("Patient/") for word in words(given, "patient")],
                purpose=purpose,
            )

        response = HttpResponse(status=202)
        response["Content-Location"] = f"{self.base}/$export-status/{self.ask(operation)}"
        return response


class Status(FhirEndpoint):
    """How far an export is, its manifest, and its deletion."""

    http_method_names = ["get", "head", "delete"]

    def get(self, request: Request, tenant: str, export: UUID) -> HttpResponse:
        def operation(caller: Caller, purpose: str | None) -> Exported:
            return services.export_status(caller=caller, tenant=self.organisation.id, export=export)

        found = self.ask(operation)
        if not found.finished:
            response = HttpResponse(status=202)
            response["X-Progress"] = f"{found.done} of {found.people} patients"
            response["Retry-After"] = "2"
            return response
        response = HttpResponse(json.dumps(self._manifest(found)), content_type="application/json")
        response["Expires"] = http_date(found.expires.timestamp())
        return response

    def delete(self, request: Request, tenant: str, export: UUID) -> HttpResponse:
        def operation(caller: Caller, purpose: str | None) -> None:
            services.delete_export(caller=caller, tenant=self.organisation.id, export=export)

        self.ask(operation)
        return HttpResponse(status=202)

    def _manifest(self, found: Exported) -> dict[str, Any]:
        files = f"{self.base}/$export-file/{found.id}"
        errors = [{"type": "OperationOutcome", "url": f"{files}/errors.ndjson", "count": len(found.errors)}]
        return {
            "transactionTime": found.asked.isoformat(timespec="milliseconds"),
            "request": found.request,
            "requiresAccessToken": True,
            "output": [
                {"type": kind, "url": f"{files}/{kind}.ndjson", "count": count}
                for kind, count in found.counts.items()
            ],
            "error": errors if found.errors else [],
        }


class File(FhirEndpoint):
    """The resources of one type, a line each; or what is missing, as OperationOutcomes."""

    http_method_names = ["get", "head"]
    streams = True

    def get(self, request: Request, tenant: str, export: UUID, kind: str) -> Any:
        def operation(caller: Caller, purpose: str | None) -> Any:
            if kind == "errors":
                found = services.export_status(caller=caller, tenant=self.organisation.id, export=export)
                return [_outcome(patient, code) for patient, code in found.errors]
            about: dict[str, Any] = {
                "caller": caller,
                "tenant": self.organisation.id,
                "export": export,
                "type": kind,
            }
            under_notice.append(services.export_is_under_notice(**about))
            return services.exported_lines(**about)

        under_notice: list[bool] = []
        response = StreamingHttpResponse(from_thread(iter(self.ask(operation))), content_type=NDJSON)
        if any(under_notice):
            response[NOTICE] = REDISCLOSURE
        return response


def _outcome(patient: str, code: str) -> bytes:
    issue = {
        "severity": "error",
        "code": "suppressed",
        "details": {"coding": [{"code": code}], "text": f"Patient/{patient}: {_MISSING[code]}"},
    }
    return json.dumps({"resourceType": "OperationOutcome", "issue": [issue]}).encode() + b"\n"
