"""Which contracts take the effect from each other, before anybody signs: refusals that overrule, permits that repeat.

Pure, and careful: two contracts count as overlapping unless a part of both shows that nothing can fit both; one counts
as covering another only where each of its parts does.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from consent import clauses, vocabulary
from consent.grantee import BY_THEMSELVES, Grantee
from consent.terms import Terms

How = Literal["refuses", "is-refused", "covers", "is-covered"]
"""Of the other contract: it refuses some of what the new one permits; the new one refuses some of what it permits; it
permits all of it already; the new one permits all that it does."""


@dataclass(frozen=True)
class Shadow:
    """One other contract, and what it does to the new one, or the new one to it."""

    contract: UUID
    how: How


def shadows(new: Terms, others: Sequence[tuple[UUID, Terms]]) -> list[Shadow]:
    """In the order of the others; each at most once."""
    found = ((contract, _how(new, other)) for contract, other in others)
    return [Shadow(contract, how) for contract, how in found if how is not None]


def _how(new: Terms, other: Terms) -> How | None:
    if not overlap(new, other):
        return None
    if new.effect != other.effect:
        return "refuses" if other.effect == "deny" else "is-refused"
    if covers(other, new):
        return "covers"
    return "is-covered" if covers(new, other) else None


def overlap(one: Terms, other: Terms) -> bool:
    """Whether some request may be one that both speak of."""
    begin = [terms.starts for terms in (one, other) if terms.starts is not None]
    return (
        one.custodian == other.custodian
        and max(begin, default=min(one.ends, other.ends)) <= min(one.ends, other.ends)
        and _may_be_the_same(one.grantee, other.grantee)
        and all(_meet(first, second) for first, second in _lists(one, other))
        and bool(set(one.actions) & set(other.actions) and set(one.purposes) & set(other.purposes))
        and _labels_meet(one, other)
    )


def covers(wide: Terms, narrow: Terms) -> bool:
    """Whether every request that the narrow one permits (or refuses), the wide one does too."""
    return (
        (wide.custodian, wide.effect) == (narrow.custodian, narrow.effect)
        and wide.grantee
        in {narrow.grantee, Grantee(narrow.grantee.kind, narrow.grantee.id, role=narrow.grantee.role)}
        and set(narrow.actions) <= set(wide.actions)
        and set(narrow.purposes) <= set(wide.purposes)
        and all(not first or (second and set(second) <= set(first)) for first, second in _lists(wide, narrow))
        and wide.ends >= narrow.ends
        and (wide.starts is None or (narrow.starts is not None and wide.starts <= narrow.starts))
        and (wide.data_starts, wide.data_ends) in {(None, None), (narrow.data_starts, narrow.data_ends)}
        and not (wide.counted or wide.during or wide.cosigner)
        and (not wide.strong or narrow.strong)
        and _labels_cover(wide, narrow)
    )


def _lists(one: Terms, other: Terms) -> Iterator[tuple[Collection[object], Collection[object]]]:
    for name in ("categories", "types", "records"):
        yield getattr(one, name), getattr(other, name)


def _meet(one: Collection[object], other: Collection[object]) -> bool:
    """Empty is all. Records may be linked with each other: only those that are named as such can be told apart."""
    if not one or not other or set(one) & set(other):
        return True
    return any(getattr(item, "meaning", "") not in {"", "instance"} for item in (*one, *other))


def _may_be_the_same(one: Grantee, other: Grantee) -> bool:
    if one.kind in BY_THEMSELVES and other.kind in BY_THEMSELVES:
        return one.id == other.id
    if one.kind == other.kind:
        return one.kind in {"team", "group"} or one.id == other.id
    return (
        not (one.kind in {"organisation", "role"} and other.kind in {"organisation", "role"})
        or one.id == other.id
    )


def _labels_meet(one: Terms, other: Terms) -> bool:
    """A refusal of some labels does not touch a permit that reaches none of them."""
    refusal = next((terms for terms in (one, other) if terms.effect == "deny"), None)
    permit = next((terms for terms in (one, other) if terms.effect == "permit"), None)
    if refusal is None or permit is None or not refusal.sensitivity:
        return True
    if set(clauses.reached(permit)) & set(vocabulary.covered(refusal.sensitivity)):
        return True
    lowest = min(
        (vocabulary.LEVELS[code] for code in refusal.sensitivity if code in vocabulary.LEVELS), default=6
    )
    highest = max((vocabulary.LEVELS.get(code, 4) for code in permit.sensitivity), default=3)
    return lowest <= highest


def _labels_cover(wide: Terms, narrow: Terms) -> bool:
    if wide.effect == "deny":
        return not wide.sensitivity or bool(
            narrow.sensitivity and set(narrow.sensitivity) <= set(wide.sensitivity)
        )
    levels = [{code for code in terms.sensitivity if code in vocabulary.LEVELS} for terms in (wide, narrow)]
    return set(clauses.reached(narrow)) <= set(clauses.reached(wide)) and (levels[1] <= levels[0])
