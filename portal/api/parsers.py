"""One JSON object, exactly: what two readers could read differently is refused before anything else happens."""

import math
from collections.abc import Mapping
from typing import IO, Any

from rest_framework.parsers import BaseParser

from portal.api.errors import BodyTooLarge, MalformedBody
from portal.records import strict_json

LARGEST = 1024 * 1024


class StrictJSONParser(BaseParser):
    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """The object in the body. Raises MalformedJson, MalformedBody or BodyTooLarge."""
        content = stream.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise BodyTooLarge(f"The body is longer than {LARGEST} bytes. Nothing was stored.")
        value = strict_json.parse(content)
        if not isinstance(value, dict):
            raise MalformedBody("The body must be a JSON object. Nothing was stored.")
        _check_storable(value)
        return value


def _check_storable(value: object) -> None:
    """PostgreSQL stores no NUL, half of a surrogate pair has no UTF-8 form, and 1e999 is read as infinity."""
    match value:
        case str() if "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
            raise MalformedBody("The body holds a character that cannot be stored. Nothing was stored.")
        case float() if not math.isfinite(value):
            raise MalformedBody("The body holds a number that is too large to read. Nothing was stored.")
        case list():
            for item in value:
                _check_storable(item)
        case dict():
            for key, item in value.items():
                _check_storable(key)
                _check_storable(item)
