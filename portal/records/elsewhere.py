"""References into somebody else's record: of a mother's visit, of a donor. They stand if the writer may read there.

Each of these people is asked as for a read, and told of it by an entry of her own: with what is stored where it is
permitted, with the refusal where it is not. To the writer a record that he may not read there is not there.
"""

from collections.abc import Collection
from functools import partial
from uuid import UUID

from portal.records import storage
from portal.records.access import Asked, Learned, all_or_none, ask, circumstances, decide, enter, facts_of
from portal.records.changes import Place
from portal.records.links import with_links
from portal.records.sealed import Stored


def readable_elsewhere(
    asked: Asked, places: Collection[Place], learned: Learned, entering: Learned
) -> set[Place]:
    """Those of these records that are somebody else's than `asked` is about, and may be read by who asks.

    In the transaction that decides. `entering` is added to by what enters that they were looked at; `learned` by that,
    and by what enters a denial: to be called where nothing is stored.
    """
    rows = [row for row, _ in storage.current(places).values()] if places else []
    by_person: dict[UUID, list[Stored]] = {}
    for row in rows:
        if row.header.person not in (None, asked.person) and not row.header.deleted:
            by_person.setdefault(row.header.person, []).append(row)
    found = set()
    for person, those in sorted(by_person.items()):
        permitted = _permitted(asked, person, those, learned, entering)
        found |= {(row.header.type, row.header.id) for row in permitted}
    return found


def _permitted(
    of: Asked, person: UUID, rows: list[Stored], learned: Learned, entering: Learned
) -> list[Stored]:
    asked = ask(of.caller, of.tenant, person, purpose=of.purpose, interaction="read")
    under = circumstances(asked)
    facts = with_links(person, [facts_of(row.header) for row in rows], under.told)
    decisions = decide(asked, facts, under)
    readable = {(one.type, one.id) for one in facts if decisions.of(one).permitted}
    shown = [row for row in rows if (row.header.type, row.header.id) in readable]
    withheld = [row for row in rows if row not in shown]
    if shown:
        entered = partial(enter, asked, decisions, shown, categories={row.header.category for row in shown})
        entering.append(entered)
        learned.append(entered)
    if withheld:
        categories = {row.header.category for row in withheld}
        learned.append(partial(enter, asked, all_or_none(decisions), withheld, categories=categories))
    return shown
