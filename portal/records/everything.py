"""Everything that is kept of one patient, page by page, as far as contracts permit."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from portal.accounts import selectors
from portal.accounts.errors import UnknownPerson
from portal.accounts.identity import Caller
from portal.records import cursors, storage
from portal.records.access import ask, circumstances, decide, deciding, enter, group_facts
from portal.records.candidates import candidates
from portal.records.errors import InvalidSearch
from portal.records.kinds import CLINICAL, KINDS
from portal.records.opening import release_all
from portal.records.query import LONGEST_PAGE
from portal.records.result import SearchResult
from portal.records.strangers import denial


def everything(
    *,
    caller: Caller,
    tenant: UUID,
    patient: str,
    types: Collection[str] = (),
    since: datetime | None = None,
    count: int = LONGEST_PAGE,
    cursor: str = "",
    purpose: str | None = None,
) -> SearchResult:
    """The records of the FHIR Patient with that id, of these types or of all, stored after `since`.

    Each page is decided and entered by itself. Raises Denied if nothing at all is permitted, InvalidSearch,
    UnknownPerson, UnknownPurpose, RecordTampered.
    """
    unknown = sorted(set(types) - CLINICAL)
    if unknown:
        raise InvalidSearch(f"No {unknown[0][:40]!r} of patients is kept here.", expression="_type")
    wanted = sorted(types or CLINICAL)
    after = cursors.read_row(cursor) if cursor else None
    with deciding(tenant):
        person = selectors.person_registered(patient=patient)
        asked = ask(caller, tenant, person, purpose=purpose, interaction="everything")
        under = circumstances(asked)
        there = candidates(person, wanted, (), under.told)
        facts = {group_facts(kind, category) for kind in wanted for category in KINDS[kind].categories}
        decisions = decide(asked, facts | there.facts, under)
        permitted = there.permitted(decisions)
        found = storage.behind(
            person, permitted.groups, permitted.conditions, since=since, after=after, limit=count + 1
        )
        rows = [row for _, row in found[:count]]
        entered = enter(asked, decisions, rows, categories={one.category for one in facts})
        denied = denial(asked, entered, UnknownPerson(selectors.NOT_REGISTERED))
    if denied:
        raise denied
    following = cursors.write_row(found[count - 1][0]) if len(found) > count else None
    records = release_all(asked, rows, entered.promise)
    return SearchResult(records, following, entered.decision, entered.promise)
