"""Parameters of an address that are more than a word."""

from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from rest_framework.request import Request

from portal.api.errors import BadParameter

LARGEST = 2**53 - 1


def whole_number(request: Request, name: str) -> int | None:
    """A number from 0 to 2^53 - 1 in its one spelling, or None where it is not given. Raises BadParameter."""
    text = request.query_params.get(name)
    if text is None:
        return None
    if (
        not (text.isascii() and text.isdigit())
        or len(text) > 16
        or str(int(text)) != text
        or int(text) > LARGEST
    ):
        raise BadParameter(f"The parameter {name} is a whole number, such as 0 or 1024.")
    return int(text)


def one_of(request: Request, name: str, values: tuple[str, ...]) -> str:
    """The parameter, the first of `values` if it is left out. Raises BadParameter."""
    value = request.query_params.get(name, values[0])
    if value not in values:
        raise BadParameter(f"The parameter {name} is {' or '.join(values)}.")
    return value


def instant(request: Request, name: str) -> datetime | None:
    """The parameter, None if it is left out. Raises BadParameter."""
    text: Any = request.query_params.get(name)
    if text is None:
        return None
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None or found.utcoffset() is None:
        raise BadParameter(
            f"The parameter {name} is an instant with a time zone, such as 2027-03-01T00:00:00Z."
        )
    return found
