"""What stands out in a log: for auditors and privacy officers, who learn who met whom how often, nothing of a record.

The ledger counts in its clear columns (`ledger.selectors.striking`); whether two people share a surname is asked of the
search index (`records.namesakes`); and of each finding a few entries are opened as auditors may read them, to say who
it was and in which role. Whoever acts as a patient or for one is none of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import UUID

from django.conf import settings

from ledger import selectors as ledger
from ledger.scope import tenant_scope
from ledger.selectors import Entry, Measures, Striking
from ledger.services import append
from portal.accounts import selectors as accounts
from portal.accounts.identity import Caller
from portal.patterns.apps import VIEWED
from portal.patterns.thresholds import Thresholds, thresholds
from portal.records.access import who
from portal.records.errors import RoleNeeded
from portal.records.services import audited, namesakes

Kind = Literal["hour", "night", "namesake", "own", "rest"]
KINDS: tuple[Kind, ...] = ("own", "namesake", "hour", "night", "rest")
LOOKERS = ("auditor", "privacy_officer")
ACCESSES = ("access.permitted", "access.emergency")
# While one of these was made not long ago, somebody is a patient here.
CARE = ("record.created", "record.updated", "record.imported", "contract.activated")
PATIENTS = frozenset({None, "patient", "guardian"})  # the roles of those whom this is not about
DAYS = (7, 30, 90)
MONTH = timedelta(days=30)
LOOKED_AT = 100  # entries of a finding about one patient, the newest
AT_EACH_END = 10  # of one about many


@dataclass(frozen=True)
class Finding:
    """One actor's entries that stand out together, oldest first; `times` of at most 200 of them.

    `actor` and `subject` are pseudonyms of the log; `subject` is "" where it is about several. `before`: the last care.
    """

    kind: Kind
    actor: str
    name: str
    title: str
    subject: str
    patients: int
    accesses: int
    first: datetime
    last: datetime
    before: datetime | None
    times: Sequence[datetime]
    emergencies: bool


@dataclass(frozen=True)
class Patterns:
    """What was found from `since` to `until`, by which thresholds; in the order of KINDS, each newest first."""

    since: datetime
    until: datetime
    by: Thresholds
    findings: Sequence[Finding]

    def of(self, kind: Kind) -> list[Finding]:
        return [one for one in self.findings if one.kind == kind]


def patterns(*, caller: Caller, tenant: UUID, days: int = 30) -> Patterns:
    """Look at the last days. That it was looked at stands in the log. Raises RoleNeeded, ScopeMissing."""
    if caller.organisation != tenant or caller.role not in LOOKERS:
        raise RoleNeeded(
            "Patterns are for the organisation's auditors and privacy officers. Nothing was shown."
        )
    caller.requires("audit")
    until = datetime.now(UTC)
    since = until - timedelta(days=days)
    with tenant_scope(tenant):
        by = thresholds()
        pairs = _pairs()
        found = ledger.striking(
            since=since, types=ACCESSES, care=CARE, measures=_measures(by), pairs=list(pairs)
        )
        made = Patterns(since, until, by, _findings(found, pairs))
        audit = {
            **who(caller),
            "role": caller.role,
            "since": since.isoformat(timespec="seconds"),
            "until": until.isoformat(timespec="seconds"),
            "counts": {kind: len(made.of(kind)) for kind in KINDS},
        }
        append(type=VIEWED, actor=caller.user, subject=None, audit=audit)
    return made


def _measures(by: Thresholds) -> Measures:
    rest = by.months_at_rest * MONTH
    return Measures(by.an_hour, by.a_night, by.night_from, by.night_until, settings.TIME_ZONE, rest)


def _pairs() -> dict[tuple[str, str], Kind]:
    """Who works here and which patient should not meet unseen, as the log calls them."""
    names = {item.user_id: str(item.user) for item in accounts.members()}
    own = accounts.own_persons(names)
    pairs: dict[tuple[UUID, UUID], Kind] = dict.fromkeys(namesakes(names), "namesake")
    pairs |= dict.fromkeys(own.items(), "own")
    called = ledger.known_pseudonyms({party for pair in pairs for party in pair})
    return {
        (called[user], called[person]): kind
        for (user, person), kind in pairs.items()
        if user in called and person in called
    }


def _findings(found: Sequence[Striking], pairs: Mapping[tuple[str, str], Kind]) -> list[Finding]:
    looked = {
        entry.id: audited(entry) for entry in ledger.entries([id_ for each in found for id_ in _some(each)])
    }
    made = [_finding(each, pairs, [looked[id_] for id_ in _some(each) if id_ in looked]) for each in found]
    return sorted(filter(None, made), key=lambda one: (KINDS.index(one.kind), -one.last.timestamp()))


def _some(each: Striking) -> Sequence[UUID]:
    """Which of its entries are opened: about one patient all that count, about many enough to know who it was. Of these
    from both ends, so that nobody hides an hour at work by reading as a patient in its end."""
    if each.subject:
        return each.ids[-LOOKED_AT:]
    return list(dict.fromkeys([*each.ids[:AT_EACH_END], *each.ids[-AT_EACH_END:]]))


def _finding(
    each: Striking, pairs: Mapping[tuple[str, str], Kind], opened: Sequence[Entry]
) -> Finding | None:
    """None if whoever acted did so as a patient, or for one. What does not open is kept: it is not to be overlooked;
    nor is, among many patients, what was not looked at."""
    working = [entry for entry in opened if entry.audit.get("role") not in PATIENTS or not entry.readable]
    if not working and (each.subject or each.accesses <= len(opened)):
        return None
    actor: Mapping[str, object] = next(
        (entry.audit["who"] for entry in reversed(working or opened) if entry.audit.get("who")), {}
    )
    kind: Kind = pairs[each.actor, each.subject or ""] if each.kind == "pair" else each.kind
    finding = Finding(
        kind=kind,
        actor=each.actor,
        name=str(actor.get("name", "")),
        title=str(actor.get("title", "")),
        subject=each.subject or "",
        patients=each.subjects,
        accesses=each.accesses,
        first=each.first,
        last=each.last,
        before=each.before,
        times=each.times,
        emergencies=any(entry.type == "access.emergency" for entry in working),
    )
    return finding if not each.subject or each.accesses > LOOKED_AT else _of(finding, working)


def _of(finding: Finding, working: Sequence[Entry]) -> Finding:
    """Only what was done in a working role: the same person may also read as a patient."""
    times = sorted(entry.time for entry in working)
    return replace(finding, accesses=len(times), first=times[0], last=times[-1], times=times)
