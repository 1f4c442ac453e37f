"""Lists as `{next, previous, results}`, newest first, by opaque cursors.

A cursor holds where each page on the way here began (`bound`, in a form that the list chooses), so that
`previous` leads to exactly the page that was seen, however much was added in front of it since. It carries no
right: whatever it says, a list shows only what its caller may see.
"""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

from portal.api.errors import BadCursor, BadParameter

PAGE = 50
LARGEST_PAGE = 200
LONGEST_WAY = 200  # pages; who walks on forgets the first ones, and comes back to the newest from there

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Window:
    """What is asked for: `limit` items from `bound` on, None for the newest."""

    limit: int
    way: tuple[Any, ...] = ()

    @property
    def bound(self) -> Any:
        return self.way[-1] if self.way else None


def window(request: Request) -> Window:
    """What the query parameters `cursor` and `limit` ask for. Raises BadCursor, BadParameter."""
    text, limit = request.query_params.get("cursor", ""), request.query_params.get("limit", str(PAGE))
    if not limit.isascii() or not limit.isdigit() or not 1 <= int(limit[:9]) <= LARGEST_PAGE:
        raise BadParameter(f"The parameter limit is a number from 1 to {LARGEST_PAGE}.")
    return Window(int(limit), _parse(text) if text else ())


def page(
    request: Request, asked: Window, results: Sequence[dict[str, Any]], *, following: object
) -> Response:
    """The answer; `following` is the bound of the next page, None if this is the last."""
    here = request.build_absolute_uri()
    before = None
    if asked.way:
        rest = asked.way[:-1]
        before = (
            replace_query_param(here, "cursor", _text(rest)) if rest else remove_query_param(here, "cursor")
        )
    way = (*asked.way, following)[-LONGEST_WAY:]
    after = None if following is None else replace_query_param(here, "cursor", _text(way))
    return Response({"next": after, "previous": before, "results": list(results)})


def page_of_all(
    request: Request,
    asked: Window,
    items: Sequence[Item],
    *,
    place: Callable[[Item], tuple[datetime, UUID]],
    shown: Callable[[Item], dict[str, Any]],
) -> Response:
    """A page of a whole list that is in memory, by the instant and id of each item."""
    last = reached(asked)
    older = sorted((item for item in items if last is None or place(item) < last), key=place, reverse=True)
    return page_of_found(request, asked, older, place=place, shown=shown)


def page_of_found(
    request: Request,
    asked: Window,
    found: Sequence[Item],
    *,
    place: Callable[[Item], tuple[datetime, UUID]],
    shown: Callable[[Item], dict[str, Any]],
) -> Response:
    """A page of what follows on `reached`, in its order: `found` holds at least one item more if there are more."""
    chosen = found[: asked.limit]
    following = None
    if len(found) > len(chosen):
        time, key = place(chosen[-1])
        following = [time.astimezone(UTC).isoformat(), str(key)]
    return page(request, asked, [shown(item) for item in chosen], following=following)


def reached(asked: Window) -> tuple[datetime, UUID] | None:
    """The instant and id of the last item of the page before; None before the first page. Raises BadCursor."""
    return None if asked.bound is None else _place(asked.bound)


def bad_cursor() -> BadCursor:
    return BadCursor("This cursor was not given by this list. Start again without one.")


def _text(way: Sequence[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(way, separators=(",", ":")).encode()).decode().rstrip("=")


def _parse(text: str) -> tuple[Any, ...]:
    try:
        way = json.loads(base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        raise bad_cursor() from None
    if not isinstance(way, list) or not 1 <= len(way) <= LONGEST_WAY or None in way:
        raise bad_cursor()
    return tuple(way)


def _place(bound: Any) -> tuple[datetime, UUID]:
    try:
        time, key = bound
        place = datetime.fromisoformat(time), UUID(key)
    except (ValueError, TypeError, AttributeError):
        raise bad_cursor() from None
    if place[0].utcoffset() is None:
        raise bad_cursor()
    return place
