"""The form of a search, read no further than any search needs."""

from collections.abc import Mapping
from io import BytesIO
from typing import IO, Any

from django.core.exceptions import TooManyFieldsSent
from rest_framework.parsers import FormParser

from portal.fhir.errors import FormTooLarge

LARGEST = 64 * 1024


class SearchFormParser(FormParser):
    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """The parameters in the body. Raises FormTooLarge."""
        content = stream.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise FormTooLarge(f"The form is longer than {LARGEST} bytes. Ask for less at once.")
        try:
            return super().parse(BytesIO(content), media_type, parser_context)
        except TooManyFieldsSent:
            raise FormTooLarge("The form has more fields than any search needs.") from None
