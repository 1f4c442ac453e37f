"""What auditors are shown of a log: who did what, when and on what basis; never what a record says.

Runs in the scope of the tenant whose log it is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ledger.entry import SYSTEM
from ledger.selectors import AskedWitness, Entry, LogStatus, known_pseudonyms, log_status
from portal.accounts import selectors as accounts
from portal.auditors.words import kind, tone
from portal.design.shapes import Fact, Gauge
from portal.design.templatetags.assent import figure
from portal.design.times import words as moment
from portal.inspections.services import Verification
from portal.records.services import audited
from portal.staff.desk import Desk, Place

SHORT = 12


@dataclass(frozen=True)
class Row:
    """An entry in a list."""

    index: int | None
    time: datetime
    kind: str
    tone: str
    actor: str
    subject: str
    url: str


def face(desk: Desk) -> str:
    """Which face a page wears that auditors and privacy officers share."""
    return "auditors/face.html" if "auditor" in desk.roles else "administration/face.html"


def rows(entries: Sequence[Entry], place: Place) -> list[Row]:
    entries = [audited(entry) for entry in entries]
    names = actor_names(entries)
    return [
        Row(
            index=entry.index,
            time=entry.time,
            kind=kind(entry.type, entry.audit),
            tone=tone(entry.type),
            actor=who(entry, names),
            subject=entry.subject[:SHORT] if entry.subject else "",
            url=reverse("auditors:entry", args=[place.slug, entry.id]),
        )
        for entry in entries
    ]


def actor_names(entries: Iterable[Entry]) -> Mapping[str, str]:
    """Names of the accounts that acted, where an entry gives only their id: by that; or only their pseudonym, as what
    is done to the log itself does: by that, for whoever works here."""
    silent = [entry for entry in entries if not _name(entry.audit) and entry.actor != SYSTEM]
    unnamed = {actor for entry in silent if (actor := actor_of(entry.audit))}
    found = {str(user): name for user, name in accounts.names(unnamed).items()} if unnamed else {}
    if any(not actor_of(entry.audit) for entry in silent if not _of_patients(entry.type)):
        staff = {item.user_id: str(item.user) for item in accounts.members()}
        found |= {called: staff[user] for user, called in known_pseudonyms(staff.keys()).items()}
    return found


def actor_of(audit: Mapping[str, Any]) -> UUID | None:
    """The account that an entry says acted, where it says one."""
    said = audit.get("who")
    found = said.get("id") if isinstance(said, Mapping) else audit.get("clinician") or audit.get("requester")
    try:
        return UUID(str(found))
    except ValueError:
        return None


def who(entry: Entry, names: Mapping[str, str]) -> str:
    """The actor's name, as it was then; the pseudonym's beginning where the entry does not say it."""
    if entry.actor == SYSTEM:
        return _("The node itself")
    if _of_patients(entry.type):
        return _("The patient, or who acts for them")
    known = names.get(str(actor_of(entry.audit))) or names.get(entry.actor)
    return _name(entry.audit) or known or entry.actor[:SHORT]


def _of_patients(kind: str) -> bool:
    """Whether entries of this type are made by patients, whose names auditors do not read here."""
    return kind.startswith("contract.") or kind == "request.declined"


def people(entries: Iterable[Entry]) -> list[tuple[str, str]]:
    """Who can be searched for: the members, and others who acted in these entries."""
    found = {
        str(actor): _name(entry.audit) for entry in map(audited, entries) if (actor := actor_of(entry.audit))
    }
    found |= {str(item.user_id): str(item.user) for item in accounts.members()}
    return sorted((item for item in found.items() if item[1]), key=lambda item: item[1].casefold())


def _name(audit: Mapping[str, Any]) -> str:
    said = audit.get("who")
    return str(said.get("name", "")) if isinstance(said, Mapping) else ""


def gauges(status: LogStatus, asked: Sequence[AskedWitness], last: Verification | None) -> list[Gauge]:
    """The log at a glance. `last`: the last verification of all of it that came to an end."""
    waits = ngettext("oldest %(s)s second", "oldest %(s)s seconds", int(status.oldest_seconds))
    return [
        Gauge(name=_("Entries"), value=figure(status.entries), detail=_("in the chain")),
        _last_checkpoint(status),
        _witnesses(status, asked),
        _last_verification(last),
        Gauge(
            name=_("Waiting to be sealed"),
            value=figure(status.backlog),
            detail=waits % {"s": int(status.oldest_seconds)} if status.backlog else _("nothing waits"),
        ),
        Gauge(
            name=_("Alarm"),
            value=status.log.alarm or _("None"),
            detail=_("The log takes nothing until it is looked into") if status.log.read_only else "",
        ),
    ]


def _last_checkpoint(status: LogStatus) -> Gauge:
    if status.checkpoint_time is None:
        return Gauge(name=_("Last checkpoint"), value=_("None"))
    return Gauge(
        name=_("Last checkpoint"),
        value=moment(status.checkpoint_time, "clock"),
        detail=_day(status.checkpoint_time),
    )


def _witnesses(status: LogStatus, asked: Sequence[AskedWitness]) -> Gauge:
    """How many have cosigned the newest checkpoint."""
    well = sum(each.size == status.size and not each.error for each in asked)
    value = _("%(n)s of %(of)s") % {"n": figure(well), "of": figure(len(asked))}
    return Gauge(name=_("Witnesses"), value=value, detail=_("cosign"))


def _last_verification(last: Verification | None) -> Gauge:
    name = _("Last full verification")
    if last is None or last.finished is None:
        return Gauge(name=name, value=_("None"), detail=_("so far"))
    return Gauge(
        name=name,
        value=_("Holds") if last.held else _("Does not hold"),
        detail=moment(last.finished, "moment"),
    )


def _day(time: datetime) -> str:
    return _("today") if timezone.localdate(time) == timezone.localdate() else moment(time, "day")


def head(status: LogStatus, asked: Sequence[AskedWitness]) -> list[Fact]:
    """The signed head: what an outsider compares."""
    return [
        Fact(name=_("Name of the log"), value=status.origin),
        Fact(name=_("Entries in the checkpoint"), value=figure(status.size)),
        Fact(name=_("Root"), fingerprint=status.root.hex()),
        Fact(name=_("Verifier key"), value=status.vkey),
        *(Fact(name=_("Witness %(name)s") % {"name": each.name}, value=_cosigned(each)) for each in asked),
    ]


def _cosigned(witness: AskedWitness) -> str:
    """How far it is, and what keeps it."""
    if witness.cosigned is None:
        says = _("has cosigned nothing yet")
    else:
        when = moment(witness.cosigned, "day") + " " + moment(witness.cosigned, "clock")
        says = _("cosigned %(n)s entries, %(when)s") % {"n": figure(witness.size), "when": when}
    return f"{says}. {witness.error}" if witness.error else str(says)


def vkey() -> str:
    """The key by which the tenant's log is verified, in the open scope."""
    return log_status().log.vkey
