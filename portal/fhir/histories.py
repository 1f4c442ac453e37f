"""`GET Type/id/_history` and `GET Type/_history`: versions as a history bundle."""

import json
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils.http import urlencode
from rest_framework.request import Request

from portal.fhir.endpoint import FhirEndpoint
from portal.fhir.errors import BadParameter
from portal.fhir.outcomes import MEDIA_TYPE, tell_entry
from portal.fhir.stamps import stamped
from portal.fhir.writing import etag
from portal.records import dates, services
from portal.records.services import Lineage, Record

SERVED = frozenset({"_count", "_since", "_cursor", "_format", "_pretty", "patient"})


class InstanceHistory(FhirEndpoint):
    """The versions of one record, newest first; those by which it was deleted, too."""

    http_method_names = ["get", "head"]

    def get(self, request: Request, tenant: str, kind: str, key: str) -> HttpResponse:
        return self._history(request, kind, key)

    def _history(self, request: Request, kind: str, key: str) -> HttpResponse:
        asked = _asked(request)

        found = self.on_records(
            services.lineage,
            type=kind,
            id=key,
            patient=asked.get("patient", "").removeprefix("Patient/"),
            since=_since(asked.get("_since")),
            cursor=asked.get("_cursor", ""),
            count=_count(asked.get("_count")),
        )
        response = HttpResponse(self._bundle(request, asked, found), content_type=MEDIA_TYPE)
        tell_entry(response, found.promise, found.decision)
        return response

    def _bundle(self, request: Request, asked: dict[str, str], found: Lineage) -> bytes:
        here = request.build_absolute_uri(request.path)
        links = [{"relation": "self", "url": _url(here, asked)}]
        if found.cursor:
            links.append({"relation": "next", "url": _url(here, {**asked, "_cursor": found.cursor})})
        head = json.dumps({"resourceType": "Bundle", "type": "history", "link": links})
        parts = [_entry(self.base, record) for record in found.versions]
        return (head[:-1] + (f', "entry": [{",".join(parts)}]' if parts else "") + "}").encode()


class TypeHistory(InstanceHistory):
    """Of all records of a type: about one patient, or in the directory."""

    def get(self, request: Request, tenant: str, kind: str) -> HttpResponse:  # type: ignore[override]
        return self._history(request, kind, "")


def _entry(base: str, record: Record) -> str:
    """One version, with the request that made it."""
    place = f"{record.type}/{record.id}"
    created = record.version == 1
    method = ("POST" if created else "PUT") if record.content else "DELETE"
    status = ("201" if created else "200") if record.content else "204"
    updated = record.updated.isoformat(timespec="milliseconds")
    told: dict[str, Any] = {
        "fullUrl": f"{base}/{place}",
        "request": {"method": method, "url": record.type if created else place},
        "response": {"status": status, "etag": etag(record.version), "lastModified": updated},
    }
    if not record.content:
        return json.dumps(told)
    content = stamped(record.content, version=record.version, updated=record.updated).decode()
    return f'{json.dumps(told)[:-1]}, "resource": {content}}}'


def _asked(request: Request) -> dict[str, str]:
    unknown = sorted(set(request.query_params) - SERVED)
    if unknown:
        raise BadParameter(f"{unknown[0][:40]} is not served with a history.", expression=unknown[0][:40])
    return {name: str(value) for name, value in request.query_params.items()}


def _since(value: str | None) -> datetime | None:
    if not value:
        return None
    try:
        return dates.span(value).start
    except (ValueError, OverflowError):
        raise BadParameter(
            "_since is an instant, such as 2026-03-01T12:00:00Z.", expression="_since"
        ) from None


def _count(value: str | None) -> int:
    if value and not (value.isascii() and value.isdigit() and 0 < len(value) < 7 and int(value)):
        raise BadParameter("_count is a whole number from 1.", expression="_count")
    return int(value or 50)


def _url(here: str, asked: dict[str, str]) -> str:
    return f"{here}?{urlencode(asked)}" if asked else here
