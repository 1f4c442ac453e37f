"""What an import refers to and nobody keeps here: stored all the same, and told in the end.

Real histories are parts of something: a file of one patient names visits that another file holds, or nobody has. So
an import takes them, in any order, and says which references lead nowhere once all of it is in.
"""

from collections.abc import Collection, Iterator, Sequence
from uuid import UUID

from django.db import connection

from ledger.scope import current_tenant, tenant_scope
from portal.records.changes import Place
from portal.records.preparing import Prepared
from portal.records.referring import places_in

MOST = 10_000  # places that are remembered, so that memory stays flat
KEPT = """
SELECT r.type, r.fhir_id FROM unnest(%s::text[], %s::text[]) AS w(type, fhir_id)
JOIN records_resource r ON r.tenant_id = %s AND r.type = w.type AND r.fhir_id = w.fhir_id
WHERE NOT r.deleted
"""


class Dangling:
    """The references of an import that lead nowhere so far."""

    def __init__(self) -> None:
        self._open: dict[Place, str] = {}

    def add(self, prepared: Sequence[Prepared]) -> None:
        """Note what these refer to and is not here, before they are stored. In the tenant's scope."""
        own = {(one.type, one.id) for one in prepared}
        wanted = {
            place: one.entry.name
            for one in prepared
            for place in places_in(one.entry.text)
            if place not in own
        }
        for place in wanted.keys() - _kept(wanted):
            if len(self._open) < MOST:
                self._open.setdefault(place, wanted[place])

    def settled(self, tenant: UUID) -> Iterator[str]:
        """What still leads nowhere now that everything is stored, in words."""
        with tenant_scope(tenant):
            here = _kept(self._open)
        self._open = {place: by for place, by in self._open.items() if place not in here}
        for (kind, key), by in sorted(self._open.items()):
            yield f"{by} refers to {kind}/{key}, which is not kept here."


def _kept(places: Collection[Place]) -> set[Place]:
    if not places:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(KEPT, [[kind for kind, _ in places], [key for _, key in places], current_tenant()])
        return set(cursor.fetchall())
