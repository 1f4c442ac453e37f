"""The FHIR views with decision, ledger and sealing switched off: the same endpoint, caller and answer, plain bytes."""

from typing import Any
from uuid import UUID

from django.db import connection
from django.http import HttpResponse
from rest_framework.request import Request

from ledger.scope import tenant_scope
from portal.accounts.identity import Caller
from portal.fhir.bundles import searchset
from portal.fhir.endpoint import FhirEndpoint
from portal.fhir.outcomes import MEDIA_TYPE


class PlainInstance(FhirEndpoint):
    """What `portal.fhir.views.Instance` is, without the gate."""

    def get(self, request: Request, tenant: str, kind: str, key: str) -> HttpResponse:
        query = "SELECT content FROM bench_plain WHERE tenant = %s AND type = %s AND id = %s"
        (content,) = self.ask(lambda caller, _: _rows(caller, self.organisation.id, query, [kind, key]))
        response = HttpResponse(content, content_type=MEDIA_TYPE)
        response["ETag"] = 'W/"1"'
        return response


class PlainSearch(FhirEndpoint):
    """What `portal.fhir.views.Type` is, without the gate."""

    def get(self, request: Request, tenant: str, kind: str) -> HttpResponse:
        query = "SELECT content FROM bench_plain WHERE tenant = %s AND type = %s AND patient = %s LIMIT 50"
        asked = [kind, request.query_params["patient"]]
        found = self.ask(lambda caller, _: _rows(caller, self.organisation.id, query, asked))
        url = request.build_absolute_uri()
        bundle = searchset([(url, content) for content in found], links=[("self", url)], outcome="")
        return HttpResponse(bundle, content_type=MEDIA_TYPE)


def _rows(caller: Caller, organisation: UUID, query: str, parameters: list[Any]) -> list[bytes]:
    caller.requires("records.read")
    with tenant_scope(organisation), connection.cursor() as cursor:
        cursor.execute(query, [organisation, *parameters])
        return [bytes(content) for (content,) in cursor.fetchall()]
