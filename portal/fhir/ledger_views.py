"""`AuditEvent` and `Provenance`: what the ledger says, as FHIR."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from rest_framework.request import Request

from portal.accounts.identity import Caller
from portal.fhir.bundles import searchset
from portal.fhir.endpoint import FhirEndpoint
from portal.fhir.errors import BadParameter
from portal.fhir.operations import Given, Operation, counted, first, linked, words
from portal.fhir.outcomes import MEDIA_TYPE, tell_entry
from portal.fhir.registry import AUDIT_EVENT
from portal.records import dates, services
from portal.records.services import AuditEvents as Found

_BOUNDS = ("ge", "le", "gt", "lt", "eq")


class AuditEvents(Operation):
    """`GET AuditEvent?...`, and the same as a form."""

    known = frozenset({*AUDIT_EVENT.parameters, "_count", "_cursor"})

    def answer(self, request: Request, given: Given, **place: str) -> HttpResponse:
        since, until = _span(given)

        def operation(caller: Caller, purpose: str | None) -> Found:
            return services.audit_events(
                caller=caller,
                tenant=self.organisation.id,
                patient=first(given, "patient").removeprefix(f"{self.base}/").removeprefix("Patient/"),
                since=since,
                until=until,
                cursor=first(given, "_cursor"),
                count=counted(given),
                keeps=lambda event: _keeps(event, given),
            )

        found = self.ask(operation)
        address = f"{self.base}/AuditEvent"
        links = [("self", linked(address, given))]
        if found.cursor:
            links.append(("next", linked(address, {**given, "_cursor": [found.cursor]})))
        entries = [(f"{address}/{key}", content) for key, content in found.found]
        return HttpResponse(searchset(entries, links=links), content_type=MEDIA_TYPE)


class OneAuditEvent(FhirEndpoint):
    http_method_names = ["get", "head"]

    def get(self, request: Request, tenant: str, entry: UUID) -> HttpResponse:
        def operation(caller: Caller, purpose: str | None) -> bytes:
            return services.audit_event_of(caller=caller, tenant=self.organisation.id, entry=entry)

        return HttpResponse(self.ask(operation), content_type=MEDIA_TYPE)


class OneProvenance(FhirEndpoint):
    http_method_names = ["get", "head"]

    def get(self, request: Request, tenant: str, entry: UUID) -> HttpResponse:
        found = self.on_records(services.read_provenance, entry=entry)
        response = HttpResponse(found.record.content, content_type=MEDIA_TYPE)
        tell_entry(response, found.promise)
        return response


def _keeps(event: dict[str, Any], given: Given) -> bool:
    told = {
        "action": {event["action"]},
        "outcome": {event["outcome"]},
        "subtype": {
            code for one in event["subtype"] for code in (one["code"], f"{one['system']}|{one['code']}")
        },
    }
    return all(told[name] & set(words(given, name)) for name in told if given.get(name))


def _span(given: Given) -> tuple[Any, Any]:
    """The time that all values of `date` leave. Raises BadParameter."""
    since, until = None, None
    for value in given.get("date", ()):
        prefix, text = (value[:2], value[2:]) if value[:2] in _BOUNDS else ("eq", value)
        try:
            span = dates.span(text)
        except (ValueError, OverflowError):
            raise BadParameter("date is a FHIR date, such as ge2026-05-01.", expression="date") from None
        if prefix in {"ge", "gt", "eq"}:
            start = span.end if prefix == "gt" else span.start
            since = max(since, start) if since else start
        if prefix in {"le", "lt", "eq"}:
            end = span.start if prefix == "lt" else span.end
            until = min(until, end) if until else end
    return since, until
