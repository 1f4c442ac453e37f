"""Parameters of an address that are more than a word."""

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
