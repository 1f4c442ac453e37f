"""Who looked, at every organisation where the person is a patient: one list, newest first, in pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from portal.accounts.identity import Caller
from portal.accounts.models import Registration
from portal.records.services import Access, who_has_seen

PAGE = 100


@dataclass(frozen=True)
class Look:
    """One access, and whose ledger holds it."""

    tenant: UUID
    slug: str
    place: str
    access: Access


@dataclass(frozen=True)
class Page:
    """`older` is the cursor of the next page, "" if this is the last. `last` is where the live channel takes up."""

    looks: Sequence[Look]
    older: str
    last: Mapping[str, int]


def newest(
    caller: Caller, registrations: Sequence[Registration], *, cursor: str = "", limit: int = PAGE
) -> Page:
    """A page of the accesses to the caller's own record. A cursor that we did not write reads as none."""
    bounds = _parse(cursor, {each.tenant.slug for each in registrations})
    found = [look for each in registrations for look in _at(caller, each, bounds, limit + 1)]
    found.sort(key=lambda look: look.access.time, reverse=True)
    shown = found[:limit]
    for look in shown:
        if look.access.subject_index is not None:
            before = bounds.get(look.slug, look.access.subject_index)
            bounds[look.slug] = min(before, look.access.subject_index)
    older = _text(bounds) if len(found) > limit else ""
    return Page(shown, older, _heads(found) if not cursor else {})


def _at(caller: Caller, where: Registration, bounds: Mapping[str, int], limit: int) -> list[Look]:
    """What one ledger holds. An organisation that the cursor leaves out had nothing on the pages before."""
    slug = where.tenant.slug
    accesses = who_has_seen(caller=caller, tenant=where.tenant_id, before=bounds.get(slug), limit=limit)
    return [Look(where.tenant_id, slug, where.tenant.name, access) for access in accesses]


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
