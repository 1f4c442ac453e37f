"""Making an accounting of disclosures: each recipient with date, address where it is known, what and what for.

Several disclosures to one recipient for one purpose are one line with the first, the last and their number
(45 CFR 164.528(b)(3)).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from ledger import selectors as ledger
from ledger.scope import tenant_scope
from ledger.services import append
from portal.accounts import selectors as accounts
from portal.accounts.identity import Caller
from portal.disclosures.grounds import ground_of
from portal.records.errors import RoleNeeded
from portal.records.services import Access, accesses_of

YEARS = 6  # 45 CFR 164.528(a)(1)
PAGE = 1000
TYPES = ("access.permitted", "access.emergency")
MAKERS = frozenset({"auditor", "privacy_officer"})


@dataclass(frozen=True)
class Disclosure:
    """One line. `address` is "" where this node does not know it; `ground`: why the rule would leave it out."""

    first: datetime
    last: datetime
    times: int
    recipient: str
    person: str
    address: str
    categories: Sequence[str]
    records: int
    purpose: str
    ground: str


@dataclass(frozen=True)
class Accounting:
    """All of one person's in a span of time, newest first. `left_out`: how many accesses the rule leaves out."""

    custodian: str
    mrn: str
    since: datetime
    until: datetime
    whole: bool
    lines: Sequence[Disclosure]
    left_out: int


def account_for(
    *,
    caller: Caller | None,
    tenant: UUID,
    person: UUID,
    since: datetime | None = None,
    until: datetime | None = None,
    whole: bool = False,
) -> Accounting:
    """The accounting of one patient of `tenant`: of six years, unless `since` and `until` (excluded) say otherwise.

    `whole`: with what the rule leaves out, each with its ground. For auditors and privacy officers of the organisation
    and for the person herself; `caller` None: an operator at the command line. That it was made stands in the person's
    chain (164.528(d)). Raises RoleNeeded, UnknownPerson.
    """
    if caller is not None and caller.person != person:
        require_maker(caller, tenant)
    end = until or datetime.now(UTC)
    start = since or _years_before(end, YEARS)
    with tenant_scope(tenant):
        registration = accounts.registration(person=person)
        found = list(_accesses(person, start, end))
        made = _accounting(registration.tenant.name, tenant, found)
        audit = {
            "role": caller.role or "patient" if caller else "operator",
            "since": start.isoformat(timespec="seconds"),
            "until": end.isoformat(timespec="seconds"),
            "whole": whole,
            "count": len(made.lines),
        }
        append(
            type="disclosures.accounted", actor=caller.user if caller else None, subject=person, audit=audit
        )
    lines = made.lines if whole else [line for line in made.lines if not line.ground]
    return replace(made, mrn=registration.mrn, since=start, until=end, whole=whole, lines=lines)


def require_maker(caller: Caller, tenant: UUID) -> None:
    """Raise RoleNeeded for whoever does not act as an auditor or privacy officer of that organisation."""
    if caller.organisation != tenant or caller.role not in MAKERS:
        raise RoleNeeded(
            "An accounting of disclosures is made by the organisation's auditors. Nothing was shown."
        )


def _accesses(person: UUID, since: datetime, until: datetime) -> Iterator[Access]:
    """What was permitted in that time, newest first; entries come in the order in which they were sequenced."""
    before: int | None = None
    while True:
        page = ledger.subject_entries(subject=person, types=TYPES, before=before, limit=PAGE)
        accesses = accesses_of(page)
        yield from (one for one in accesses if since <= one.time < until and one.interaction != "emergency")
        before = page[-1].subject_index if page else None
        if len(page) < PAGE or before is None or accesses[-1].time < since:
            return


def _accounting(custodian: str, tenant: UUID, accesses: Sequence[Access]) -> Accounting:
    groups: dict[tuple[object, ...], list[Access]] = {}
    for access in accesses:
        key = (access.organisation, access.actor, access.role, access.purpose, ground_of(access, tenant))
        groups.setdefault(key, []).append(access)
    lines = [_line(group, ground=str(key[-1])) for key, group in groups.items()]
    now = datetime.now(UTC)
    left_out = sum(line.times for line in lines if line.ground)
    return Accounting(custodian, "", now, now, False, lines, left_out)


def _line(group: Sequence[Access], *, ground: str) -> Disclosure:
    newest = group[0]
    return Disclosure(
        first=group[-1].time,
        last=newest.time,
        times=len(group),
        recipient=newest.organisation_name or newest.name,
        person=newest.name if newest.organisation_name else "",
        address="",
        categories=sorted({category for access in group for category in access.categories}),
        records=len({(one.get("type"), one.get("id")) for access in group for one in access.resources}),
        purpose=newest.purpose,
        ground=ground,
    )


def _years_before(moment: datetime, years: int) -> datetime:
    try:
        return moment.replace(year=moment.year - years)
    except ValueError:  # 29 February
        return moment.replace(year=moment.year - years, day=28)
