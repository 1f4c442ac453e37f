"""Every error as an OperationOutcome: the one place where a domain error becomes a FHIR answer."""

import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import Error as DatabaseError
from django.http import Http404, HttpResponse
from rest_framework import exceptions

from consent.errors import ConsentError
from consent.facts import Decision
from consent.part2 import REDISCLOSURE
from ledger.errors import LedgerError
from portal.accounts import limits
from portal.accounts.errors import AccountsError
from portal.fhir.errors import FhirError
from portal.records.errors import Denied, RecordsError
from portal.records.services import Warned
from portal.subscriptions.errors import SubscriptionError

MEDIA_TYPE = "application/fhir+json; fhirVersion=4.0"
NOTICE = "Redisclosure-Notice"
DOMAIN = (AccountsError, ConsentError, RecordsError, LedgerError, FhirError, SubscriptionError)
# https://hl7.org/fhir/R4/valueset-issue-type.html
ISSUE_OF_STATUS = {
    400: "invalid",
    401: "login",
    403: "forbidden",
    404: "not-found",
    405: "not-supported",
    406: "not-supported",
    409: "conflict",
    410: "deleted",
    412: "conflict",
    413: "too-long",
    415: "not-supported",
    422: "processing",
    429: "throttled",
    503: "transient",
}
ISSUE_OF_CODE = {
    "type-unsupported": "not-supported",
    "json-malformed": "structure",
    "search-unsupported": "not-supported",
}
HELP = (
    "To be allowed: ask the patient (POST /api/v1/requests/). In an emergency: POST /api/v1/emergency-access/ with a "
    "reason, which the patient and a privacy officer will see."
)
_FRAMEWORK: tuple[tuple[type[exceptions.APIException], str, str], ...] = (
    (exceptions.NotAuthenticated, "not-authenticated", "Send a token: Authorization: Bearer assent_..."),
    (
        exceptions.MethodNotAllowed,
        "method-not-allowed",
        "This server does not do that here. See its metadata.",
    ),
    (
        exceptions.UnsupportedMediaType,
        "unsupported-media-type",
        "Send application/fhir+json; the parameters of a search as a form.",
    ),
    (exceptions.NotFound, "not-found", "There is nothing at this address."),
)

log = logging.getLogger(__name__)


def outcome_response(error: Exception, context: Mapping[str, Any]) -> HttpResponse:
    """The answer to an error of a FHIR view. What we did not foresee is a 500 that says nothing of itself."""
    request_id = context["request"].request_id
    if isinstance(error, DOMAIN):
        return _of_domain(error, request_id)
    if isinstance(error, DatabaseError):
        log.error("The database failed: %s", type(error).__name__)
        return outcome(503, "unavailable", "The database does not answer. Nothing is shown.", request_id)
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    if isinstance(error, exceptions.APIException):
        return _of_framework(error, request_id)
    log.error("Unforeseen %s", type(error).__name__, exc_info=error)
    return outcome(
        500, "internal-error", "Something failed here. It is logged under the id named.", request_id
    )


def outcome(
    status: int, code: str, sentence: str, request_id: str, *, expression: str = "", hints: Sequence[str] = ()
) -> HttpResponse:
    """One OperationOutcome. `code` is ours and stable; `hints` say what would help."""
    issue: dict[str, Any] = {
        "severity": "error" if status < 500 else "fatal",
        "code": ISSUE_OF_CODE.get(code)
        or ISSUE_OF_STATUS.get(status, "exception" if status >= 500 else "processing"),
        "details": {"coding": [{"code": code}], "text": sentence},
        "diagnostics": f"request {request_id}",
    }
    if expression:
        issue["expression"] = [expression]
    more = [{"severity": "information", "code": "informational", "details": {"text": text}} for text in hints]
    document = {"resourceType": "OperationOutcome", "issue": [issue, *more]}
    response = HttpResponse(json.dumps(document), status=status, content_type=MEDIA_TYPE)
    response["Cache-Control"] = "no-store"
    if status == 503:
        response["Retry-After"] = "5"
    return response


def done(status: int, word: str, warnings: Sequence[Warned] = ()) -> HttpResponse:
    """An OperationOutcome that says that something was done, and what of it may be a mistake."""
    issue = {
        "severity": "information",
        "code": "informational",
        "details": {"text": f"The record was {word}."},
    }
    document = {"resourceType": "OperationOutcome", "issue": [issue, *map(warning, warnings)]}
    return HttpResponse(json.dumps(document), status=status, content_type=MEDIA_TYPE)


def warning(one: Warned) -> dict[str, Any]:
    """The issue that says what may be a mistake."""
    return {
        "severity": "warning",
        "code": "business-rule",
        "details": {"coding": [{"code": one.code}], "text": one.sentence},
        "expression": [one.expression],
    }


def _of_domain(error: Any, request_id: str) -> HttpResponse:
    hints = (HELP,) if isinstance(error, Denied) else ()
    response = outcome(
        error.status,
        error.code,
        str(error),
        request_id,
        expression=getattr(error, "expression", ""),
        hints=hints,
    )
    limits.tell_refusal(error, response)
    if error.status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="assent", error="invalid_token"'
    if error.code == "insufficient-scope":
        response["WWW-Authenticate"] = 'Bearer realm="assent", error="insufficient_scope"'
    tell_entry(response, getattr(error, "promise", None))
    return response


def tell_entry(response: HttpResponse, promise: Any, decision: Decision | None = None) -> None:
    """Name the ledger entry of what was answered, and promise it; None where no record was asked for."""
    tell_notice(response, decision)
    if promise is not None:
        response["Ledger-Entry"] = str(promise.promise.id)
        response["Ledger-Promise"] = promise.header()


def tell_notice(response: HttpResponse, decision: Decision | None) -> None:
    """With what was disclosed under 42 CFR Part 2 goes the notice of its 2.32."""
    if decision is not None and "redisclosure" in decision.duties:
        response[NOTICE] = REDISCLOSURE


def _of_framework(error: exceptions.APIException, request_id: str) -> HttpResponse:
    code, sentence = next(
        ((code, sentence) for kind, code, sentence in _FRAMEWORK if isinstance(error, kind)),
        (str(error.default_code).replace("_", "-"), str(error.detail)),
    )
    response = outcome(error.status_code, code, sentence, request_id)
    if challenge := getattr(error, "auth_header", None):
        response["WWW-Authenticate"] = challenge
    return response
