"""A read and a search with decision, ledger and sealing switched off: token, one SELECT of plain bytes, an answer."""

from typing import Any
from uuid import UUID

from django.db import connection
from django.http import HttpRequest, HttpResponse

from ledger.scope import tenant_scope
from portal.accounts import selectors
from portal.accounts.callers import caller_of_token
from portal.accounts.tokens import authenticate_token


def plain_read(request: HttpRequest, tenant: str, type: str, id: str) -> HttpResponse:  # noqa: A002 - FHIR's names
    organisation = _authenticated(request, tenant)
    query = "SELECT content FROM bench_plain WHERE tenant = %s AND type = %s AND id = %s"
    (content,) = _rows(organisation, query, [organisation, type, id])
    return _answer(content)


def plain_search(request: HttpRequest, tenant: str, type: str, patient: str) -> HttpResponse:  # noqa: A002
    organisation = _authenticated(request, tenant)
    query = "SELECT content FROM bench_plain WHERE tenant = %s AND type = %s AND patient = %s LIMIT 50"
    found = _rows(organisation, query, [organisation, type, patient])
    entries = b",".join(b'{"resource":' + content + b"}" for content in found)
    return _answer(b'{"resourceType":"Bundle","type":"searchset","entry":[' + entries + b"]}")


def _authenticated(request: HttpRequest, tenant: str) -> UUID:
    token = authenticate_token(request.headers["Authorization"].removeprefix("Bearer "))
    caller_of_token(request, token).requires("records.read")
    return selectors.organisation(tenant).id


def _rows(organisation: UUID, query: str, parameters: list[Any]) -> list[bytes]:
    with tenant_scope(organisation), connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return [bytes(content) for (content,) in cursor.fetchall()]


def _answer(content: bytes) -> HttpResponse:
    return HttpResponse(
        content,
        content_type="application/fhir+json",
        headers={"Cache-Control": "no-store", "ETag": 'W/"1"'},
    )
