"""What lists are asked with."""

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from portal.api.cursors import LARGEST_PAGE, PAGE
from portal.api.errors import BadParameter

CURSOR = OpenApiParameter(
    "cursor",
    {"type": "string", "pattern": "^[A-Za-z0-9_-]*$"},
    description="From `next` or `previous` of a page.",
)
LIMIT = OpenApiParameter(
    "limit",
    {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": PAGE},
    description="How many a page holds at most.",
)


def side(request: Request, one: str, other: str, *, first: bool) -> bool:
    """Whether `?side=` asks for `one`; where it is absent, `first`. Raises BadParameter."""
    asked = request.query_params.get("side", one if first else other)
    if asked not in (one, other):
        raise BadParameter(f"The parameter side is {one} or {other}.")
    return asked == one
