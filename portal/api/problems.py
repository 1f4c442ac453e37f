"""Every error as a problem document (RFC 9457): the one place where a domain error becomes an HTTP answer."""

import logging
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import Error as DatabaseError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response

from consent.errors import ConsentError
from ledger.errors import LedgerError
from portal.accounts import limits
from portal.accounts.errors import AccountsError
from portal.api.errors import ApiError
from portal.cases.errors import CasesError
from portal.records.errors import RecordsError

MEDIA_TYPE = "application/problem+json"
DOMAIN = (AccountsError, CasesError, ConsentError, RecordsError, LedgerError, ApiError)
RETRY_AFTER = {
    "not-yet-sequenced": "1",
    "archive-not-ready": "2",
    "ledger-overdue": "5",
    "ledger-unavailable": "5",
    "unavailable": "5",
}

# What Django REST framework itself refuses: class, code, sentence.
_FRAMEWORK: tuple[tuple[type[Exception], str, str], ...] = (
    (exceptions.NotAuthenticated, "not-authenticated", "Send a token: Authorization: Bearer assent_..."),
    (exceptions.AuthenticationFailed, "invalid-token", "This token is not valid (any more)."),
    (exceptions.ParseError, "json-malformed", "The body is not JSON. Nothing was stored."),
    (exceptions.UnsupportedMediaType, "unsupported-media-type", "Send the body as application/json."),
    (exceptions.MethodNotAllowed, "method-not-allowed", "This address does not take that method."),
    (exceptions.NotFound, "not-found", "There is nothing at this address."),
    (exceptions.PermissionDenied, "forbidden", "This account may not do that."),
)
_STATUS_OF_DJANGO: tuple[tuple[type[Exception], type[exceptions.APIException]], ...] = (
    (Http404, exceptions.NotFound),
    (PermissionDenied, exceptions.PermissionDenied),
)

log = logging.getLogger(__name__)


def problem_response(error: Exception, context: Mapping[str, Any]) -> Response:
    """The answer to an error of a REST view. What we did not foresee is a 500 that says nothing of itself."""
    if isinstance(error, DOMAIN):
        return _of_domain(error, context)
    if isinstance(error, DatabaseError):
        log.error("The database failed: %s", type(error).__name__)
        return _problem(
            context, 503, "unavailable", "The database does not answer. Nothing was stored or shown."
        )
    for django_error, drf_error in _STATUS_OF_DJANGO:
        if isinstance(error, django_error):
            error = drf_error()
    if isinstance(error, exceptions.APIException):
        return _of_framework(error, context)
    log.error("Unforeseen %s", type(error).__name__, exc_info=error)
    return _problem(
        context, 500, "internal-error", "Something failed here. It is logged under the instance named."
    )


def documented() -> list[dict[str, Any]]:
    """Every code that an answer can carry, with its status and meaning, by code."""
    found = {
        kind.code: {"code": kind.code, "status": kind.status, "title": _meaning(kind)} for kind in _kinds()
    }
    for kind, code, sentence in _FRAMEWORK:
        found[code] = {"code": code, "status": kind.status_code, "title": sentence}  # type: ignore[attr-defined]
    return [found[code] for code in sorted(found)]


def _of_domain(error: Any, context: Mapping[str, Any]) -> Response:
    response = _problem(context, error.status, error.code, str(error), **getattr(error, "members", {}))
    limits.tell_refusal(error, response)
    if error.status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="assent", error="invalid_token"'
    if error.code == "insufficient-scope":
        response["WWW-Authenticate"] = 'Bearer realm="assent", error="insufficient_scope"'
    if promise := getattr(error, "promise", None):
        response["Ledger-Entry"], response["Ledger-Promise"] = str(promise.promise.id), promise.header()
    return response


def _of_framework(error: exceptions.APIException, context: Mapping[str, Any]) -> Response:
    if isinstance(error, exceptions.ValidationError):
        faults = list(_faults(error.detail, ""))
        detail = "The body is not as this call needs it: " + "; ".join(
            f"{f['field']}: {f['detail']}" for f in faults
        )
        return _problem(context, 400, "invalid-body", f"{detail} Nothing was stored.", errors=faults)
    code, sentence = next(
        ((code, sentence) for kind, code, sentence in _FRAMEWORK if isinstance(error, kind)),
        (str(error.default_code).replace("_", "-"), str(error.detail)),
    )
    response = _problem(context, error.status_code, code, sentence)
    if challenge := getattr(error, "auth_header", None):
        response["WWW-Authenticate"] = challenge
    return response


def _problem(context: Mapping[str, Any], status: int, code: str, detail: str, **more: object) -> Response:
    document = {
        "type": f"/api/problems/#{code}",
        "title": code.replace("-", " ").capitalize(),
        "status": status,
        "detail": detail,
        "code": code,
        "instance": f"urn:uuid:{context['request'].request_id}",
        **more,
    }
    response = Response(document, status=status, content_type=MEDIA_TYPE)
    if code in RETRY_AFTER:
        response["Retry-After"] = RETRY_AFTER[code]
    return response


def _faults(detail: Any, path: str) -> Iterator[dict[str, str]]:
    if isinstance(detail, dict):
        for key, inner in detail.items():
            name = "" if key == "non_field_errors" else str(key)
            yield from _faults(inner, f"{path}.{name}".strip("."))
    elif isinstance(detail, list):
        for inner in detail:
            yield from _faults(inner, path)
    else:
        yield {"field": path or "body", "detail": str(detail)}


def _kinds() -> Iterator[Any]:
    waiting: list[Any] = list(DOMAIN)
    while waiting:
        kind = waiting.pop()
        waiting.extend(kind.__subclasses__())
        yield kind


def _meaning(kind: type) -> str:
    return (kind.__doc__ or kind.code.replace("-", " ").capitalize() + ".").split("\n\n")[0]  # type: ignore[attr-defined]
