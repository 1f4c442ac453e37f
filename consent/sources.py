"""Facts that a decision needs and that the floors above keep: who belongs to which team or organisation, and
what is open for whom.

They are registered downwards at start-up and asked inside the transaction that decides, only where a contract in
force asks for them. What nobody registered is never so: no team, nothing open.
"""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Parties:
    """The care teams that somebody is in, and the groups that the organisation acted for is in."""

    teams: frozenset[UUID] = frozenset()
    groups: frozenset[UUID] = frozenset()


PartySource = Callable[[UUID, UUID | None], Parties]
"""(actor, organisation acted for), in the custodian's scope."""
OpenSource = Callable[[UUID, UUID], frozenset[str]]
"""(person, organisation acted for), in the custodian's scope: which of `vocabulary.EVENTS` are open between them."""

PlaceSource = Callable[[UUID], frozenset[UUID]]
"""(actor): the organisations that the account can act for."""

_party_sources: list[PartySource] = []
_open_sources: list[OpenSource] = []
_place_sources: list[PlaceSource] = []


def register_parties(source: PartySource) -> None:
    """Ask this source too who belongs where. The same again changes nothing."""
    if source not in _party_sources:
        _party_sources.append(source)


def register_open(source: OpenSource) -> None:
    """Ask this source too what is open. The same again changes nothing."""
    if source not in _open_sources:
        _open_sources.append(source)


def register_places(source: PlaceSource) -> None:
    """Ask this source too whom somebody can act for. The same again changes nothing."""
    if source not in _place_sources:
        _place_sources.append(source)


def parties_of(actor: UUID, organisation: UUID | None) -> Parties:
    """What all sources say together."""
    found = [source(actor, organisation) for source in _party_sources]
    return Parties(
        frozenset().union(*(one.teams for one in found)), frozenset().union(*(one.groups for one in found))
    )


def places_of(actor: UUID) -> frozenset[UUID]:
    """What all sources say together."""
    return frozenset().union(*(source(actor) for source in _place_sources))


def open_between(person: UUID, organisation: UUID | None) -> frozenset[str]:
    """What all sources say together; who acts for no organisation has nothing open."""
    if organisation is None:
        return frozenset()
    return frozenset().union(*(source(person, organisation) for source in _open_sources))
