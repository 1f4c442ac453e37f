"""`GET /api/v1/accesses/`: who has seen, or tried to see, one's own record, at every organisation."""

from collections.abc import Mapping
from types import NoneType
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from ledger import selectors as ledger
from ledger.errors import NotYetSequenced, UnknownEntry
from ledger.scope import tenant_scope
from portal.accounts import selectors as accounts
from portal.api import cursors
from portal.api.endpoint import Endpoint
from portal.api.shapes import accesses as shapes
from portal.api.shapes.base import page_of
from portal.api.shapes.names import Names
from portal.api.shapes.problems import problems
from portal.api.views.lists import CURSOR, LIMIT
from portal.records.services import Access, who_has_seen

# A line is placed by its index in the person's chain, and by the id of its entry while it has none.
Bound = int | str | None
SEQUENCING_WAIT = 1.0  # seconds


class Accesses(Endpoint):
    scopes: ClassVar = {"GET": "accesses.read"}

    @extend_schema(
        operation_id="accesses_list",
        tags=["accesses"],
        parameters=[CURSOR, LIMIT],
        responses={200: page_of(shapes.Access), **problems(404, 409)},
    )
    def get(self, request: Request) -> Response:
        """The accesses to my own record, permitted and denied, newest first; also those of this second."""
        person = self.own_person()
        asked, names = cursors.window(request), Names()
        tenants = {item.tenant.slug: item.tenant_id for item in accounts.registrations(person)}
        bounds = _bounds(asked.bound, tenants)
        waiting = {
            slug: who_has_seen(
                caller=self.caller,
                tenant=tenants[slug],
                before=_before(tenants[slug], bound),
                limit=asked.limit + 1,
            )
            for slug, bound in bounds.items()
        }
        chosen = _newest(waiting, asked.limit)
        shown = [shapes.access(line, tenants[slug], names) for slug, line in chosen]
        return cursors.page(request, asked, shown, following=_following(bounds, waiting, chosen))


def _bounds(bound: Any, tenants: Mapping[str, UUID]) -> dict[str, Bound]:
    """After which line of each log the page begins; an organisation that the cursor does not name is new."""
    if bound is None:
        return dict.fromkeys(tenants)
    if not isinstance(bound, dict) or any(type(last) not in (int, str, NoneType) for last in bound.values()):
        raise cursors.bad_cursor()
    return {slug: last for slug, last in bound.items() if slug in tenants}


def _before(tenant: UUID, bound: Bound) -> int | None:
    """The place of the last line shown, which had none yet if the cursor names it by its entry."""
    if not isinstance(bound, str):
        return bound
    try:
        entry = UUID(bound)
        ledger.await_entry(entry, tenant=tenant, seconds=SEQUENCING_WAIT)
        with tenant_scope(tenant):
            found = ledger.entry(entry)
    except (ValueError, UnknownEntry):
        raise cursors.bad_cursor() from None
    if found.subject_index is None:
        raise NotYetSequenced(
            "The page before ends with an entry that waits for its place. Ask again in a second."
        )
    return found.subject_index


def _newest(waiting: dict[str, list[Access]], limit: int) -> list[tuple[str, Access]]:
    """Take the newest from the front of the lists, each of which keeps its order."""
    chosen: list[tuple[str, Access]] = []
    while len(chosen) < limit and any(waiting.values()):
        slug = max((slug for slug in waiting if waiting[slug]), key=lambda slug: waiting[slug][0].time)
        chosen.append((slug, waiting[slug].pop(0)))
    return chosen


def _following(
    bounds: Mapping[str, Bound], left: Mapping[str, list[Access]], chosen: list[tuple[str, Access]]
) -> dict[str, Bound] | None:
    if not any(left.values()):
        return None
    last = {
        slug: str(line.entry) if line.subject_index is None else line.subject_index for slug, line in chosen
    }
    return {**bounds, **last}
