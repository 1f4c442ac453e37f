"""Who looked, at every organisation where the person is a patient: one list, newest first, in pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from uuid import UUID

from django.utils import timezone

from portal.accounts.identity import Caller
from portal.accounts.models import Registration
from portal.design.vocabulary import CATEGORIES
from portal.patients.naming import Names
from portal.records.services import ACCESS_TYPES, WRITE_TYPES, Access, who_has_seen_mine

PAGE = 100
# What an entry says is sealed, so that a filter opens entries and reads on; this many of each log for one page.
SEARCHED = 1000
KINDS: Mapping[str, Sequence[str]] = {
    "seen": ("access.permitted",),
    "refused": ("access.denied", "access.repeated", "access.failed"),
    "emergency": ("access.emergency",),
    "wrote": WRITE_TYPES,
}


@dataclass(frozen=True)
class Look:
    """One access, and whose ledger holds it."""

    tenant: UUID
    slug: str
    place: str
    access: Access

    @cached_property
    def parts(self) -> set[str]:
        """What was shown; of what was refused or empty, what was asked for."""
        shown = {str(named.get("category", "")) for named in self.access.resources}
        return shown.intersection(CATEGORIES) or set(self.access.categories)


@dataclass(frozen=True)
class Wanted:
    """Which accesses to show; what is empty does not narrow. `place`: the slug of who holds the record; `entry`: one of
    the record, by its name among the `names` of the person's."""

    actor: UUID | None = None
    place: str = ""
    part: str = ""
    kind: str = ""
    since: date | None = None
    until: date | None = None
    entry: str = ""
    names: Names | None = field(default=None, compare=False)

    def __bool__(self) -> bool:
        return self != Wanted()

    @property
    def types(self) -> Sequence[str]:
        return KINDS.get(self.kind, ACCESS_TYPES)

    def fits(self, look: Look) -> bool:
        """Type and place are asked of the ledger; the rest only an opened entry tells."""
        access = look.access
        day = timezone.localtime(access.time).date()
        return (
            self.actor in (None, access.actor)
            and (not self.part or self.part in look.parts)
            and (not self.entry or self._shows(look))
            and (self.since is None or self.since <= day)
            and (self.until is None or day <= self.until)
        )

    def _shows(self, look: Look) -> bool:
        """Whether the entry is among what was shown."""
        return self.names is not None and any(
            self.names[look.tenant, str(one.get("type")), str(one.get("id"))] == self.entry
            for one in look.access.resources
        )


@dataclass(frozen=True)
class Page:
    """`older` is the cursor of the next page, "" if this is the last. `last` is where the live channel takes up.
    `read` is everything that was read for it, also what did not fit."""

    looks: Sequence[Look]
    older: str
    last: Mapping[str, int]
    read: Sequence[Look]


def newest(
    caller: Caller,
    registrations: Sequence[Registration],
    *,
    cursor: str = "",
    limit: int = PAGE,
    wanted: Wanted | None = None,
) -> Page:
    """A page of the accesses to the caller's own record. A cursor that we did not write reads as none."""
    wanted = wanted or Wanted()
    places = [each for each in registrations if wanted.place in ("", each.tenant.slug)]
    bounds = _parse(cursor, {each.tenant.slug for each in places})
    most = SEARCHED if wanted else limit
    found = _seen(caller, places, bounds, most + 1, wanted.types)
    found.sort(key=lambda look: look.access.time, reverse=True)
    shown: list[Look] = []
    passed = 0
    for look in found[:most]:
        if len(shown) == limit:
            break
        passed += 1
        if look.access.subject_index is not None:
            before = bounds.get(look.slug, look.access.subject_index)
            bounds[look.slug] = min(before, look.access.subject_index)
        if wanted.fits(look):
            shown.append(look)
    older = _text(bounds) if len(found) > passed else ""
    return Page(shown, older, _heads(found) if not cursor else {}, found)


def _seen(
    caller: Caller,
    places: Sequence[Registration],
    bounds: Mapping[str, int],
    limit: int,
    types: Sequence[str],
) -> list[Look]:
    """What the ledgers hold. An organisation that the cursor leaves out had nothing on the pages before."""
    before = {each.tenant_id: bounds.get(each.tenant.slug) for each in places}
    found = who_has_seen_mine(caller=caller, before=before, limit=limit, types=types)
    return [
        Look(each.tenant_id, each.tenant.slug, each.tenant.name, access)
        for each in places
        for access in found[each.tenant_id]
    ]


def _heads(found: Sequence[Look]) -> dict[str, int]:
    heads: dict[str, int] = {}
    for look in found:
        if look.access.subject_index is not None:
            heads[look.slug] = max(heads.get(look.slug, -1), look.access.subject_index)
    return heads


def _text(bounds: Mapping[str, int]) -> str:
    return ",".join(f"{slug}:{index}" for slug, index in sorted(bounds.items()))


def _parse(cursor: str, slugs: set[str]) -> dict[str, int]:
    bounds = {}
    for part in cursor.split(",")[:100]:
        slug, _, index = part.partition(":")
        if slug in slugs and index.isascii() and index.isdigit() and len(index) <= 18:
            bounds[slug] = int(index)
    return bounds
