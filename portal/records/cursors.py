"""Where the next page of a search begins, as an opaque word. Pure."""

import base64
import binascii
import json
from datetime import datetime
from uuid import UUID

from portal.records.errors import InvalidSearch
from portal.records.primitives import ID
from portal.records.storage import Place


def write(place: Place) -> str:
    """It names an order and the last record of a page, so that what is added meanwhile shifts nothing."""
    key = place.key.isoformat() if place.key else None
    written = json.dumps([place.sort, key, place.id])
    return base64.urlsafe_b64encode(written.encode()).decode().rstrip("=")


def read(value: str) -> Place:
    """Raises InvalidSearch."""
    try:
        sort, key, record = json.loads(base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)))
        return Place(str(sort), datetime.fromisoformat(key) if key else None, _checked(record))
    except (ValueError, TypeError, binascii.Error):
        message = "This cursor is not one that was given. Follow the link of the page before."
        raise InvalidSearch(message, expression="_cursor") from None


def _checked(key: object) -> str:
    if not isinstance(key, str) or not ID.match(key):
        raise ValueError("not an id")
    return key


def write_row(row: UUID) -> str:
    """Behind which row the next page begins, where rows are in the order in which they came."""
    return base64.urlsafe_b64encode(row.bytes).decode().rstrip("=")


def read_row(value: str) -> UUID:
    """Raises InvalidSearch."""
    try:
        return UUID(bytes=base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)))
    except (ValueError, binascii.Error):
        message = "This cursor is not one that was given. Follow the link of the page before."
        raise InvalidSearch(message, expression="_cursor") from None
