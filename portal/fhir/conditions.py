"""The headers by which a client says what a record must be now, and how much it wants to be told."""

import re
from urllib.parse import parse_qs

from rest_framework.request import Request

from portal.fhir.errors import BadHeader
from portal.records.subjects import HEADER as SUBJECT

_ETAG = re.compile(r'\s*(?:W/)?"([1-9][0-9]{0,8})"\s*\Z')
_RETURN = re.compile(r"(?:\A|[,;\s])return=(minimal|representation|OperationOutcome)(?:\Z|[,;\s])")
_LONGEST = 2000
_PATIENT = re.compile(r"Patient/([A-Za-z0-9\-.]{1,64})\Z")


def if_match(value: str | None) -> int | None:
    """The version that a change was made for. Raises BadHeader."""
    if not value:
        return None
    match = _ETAG.match(value)
    if match is None:
        raise BadHeader(
            'If-Match names a version as it was given in ETag, such as W/"3".', expression="If-Match"
        )
    return int(match[1])


def if_none_exist(value: str | None) -> dict[str, list[str]] | None:
    """The search of a conditional create. Raises BadHeader."""
    if value is None:
        return None
    found = search_of(value.rpartition("?")[2])
    if not found:  # also where it is empty: to store another one is not what was asked for
        raise BadHeader(
            "If-None-Exist is a search, such as identifier=system|value.", expression="If-None-Exist"
        )
    return found


def search_of(query: str) -> dict[str, list[str]]:
    """The search that a query says; nothing where it says none."""
    try:
        found = parse_qs(query, keep_blank_values=True, strict_parsing=True, max_num_fields=20)
    except ValueError:
        return {}
    return found if len(query) <= _LONGEST else {}


def about(request: Request) -> str:
    """The id of the Patient whose record it is, where the client says so; "" where it does not. Raises BadHeader."""
    said = request.headers.get(SUBJECT, "").strip()
    match = _PATIENT.match(said)
    if said and match is None:
        raise BadHeader(f"{SUBJECT} names a patient of ours: Patient/<id>.", expression=SUBJECT)
    return match[1] if match else ""


def wanted(request: Request) -> str:
    """minimal, representation or OperationOutcome, as the header Prefer says."""
    match = _RETURN.search(request.headers.get("Prefer", ""))
    return match[1] if match else "representation"
