"""One entry of a person's chain as a page shows it, whatever kind it is."""

from collections.abc import Mapping
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from ledger.selectors import Entry, LogStatus
from portal.accounts.models import Registration
from portal.design.shapes import Fact, Link, LinkState
from portal.design.times import words as time_words
from portal.design.vocabulary import REPORTS
from portal.patients import words
from portal.patients.lives import STEPS
from portal.patients.looks import Look
from portal.patients.visits import visits_of
from portal.records.services import ACCESS_TYPES, access_of

NAMES: Mapping[str, StrOrPromise] = {
    "request.made": gettext_lazy("A clinician asked for access"),
    "request.declined": gettext_lazy("You declined a request"),
    "share.offered": gettext_lazy("You made a share code"),
    "share.asked": gettext_lazy("Somebody came with your share code"),
    "share.refused": gettext_lazy("Somebody gave a wrong birth date with your share code"),
    "share.admitted": gettext_lazy("You let somebody in by a share code"),
    "share.ended": gettext_lazy("A share code ended"),
    "emergency.ended": gettext_lazy("Emergency access ended"),
    "review.closed": gettext_lazy("An emergency access was reviewed"),
    "restriction.placed": gettext_lazy("A limit by law was placed on your record"),
    "restriction.asked": gettext_lazy("You asked for a review of a limit by law"),
    "restriction.reviewed": gettext_lazy("A limit by law was reviewed"),
    "restriction.lifted": gettext_lazy("A limit by law was lifted"),
    "question.asked": gettext_lazy("You asked about an access"),
    "question.answered": gettext_lazy("Your question was answered"),
    "correction.requested": gettext_lazy("You asked for a correction"),
    "correction.extended": gettext_lazy("The answer to a correction was put off"),
    "correction.accepted": gettext_lazy("A correction was accepted"),
    "correction.denied": gettext_lazy("A correction was denied"),
    "correction.disagreed": gettext_lazy("You disagreed with a denial"),
    "record.imported": gettext_lazy("Records were taken in"),
    "record.created": gettext_lazy("Something was added to your record"),
    "record.updated": gettext_lazy("Something in your record was changed"),
    "record.deleted": gettext_lazy("Something in your record was deleted"),
    "record.tampered": gettext_lazy("A record was changed underneath us"),
}


def link_of(entry: Entry, where: Registration, *, reader: UUID) -> Link:
    """The entry as a link of the chain."""
    if entry.type in ACCESS_TYPES:
        look = Look(where.tenant_id, where.tenant.slug, where.tenant.name, access_of(entry))
        link = visits_of([look], reader=reader)[0]
        return _closed(link, entry)
    named = STEPS.get(entry.type)
    who = _("Contract") if named else str(NAMES.get(entry.type, entry.type))
    return Link(
        entry=str(entry.id),
        who=who,
        time=entry.time,
        kind="shared",
        state=_state(entry),
        place=where.tenant.name,
        sentence=f"{named}. {_said(entry)}" if named else who,
        number=entry.index,
    )


def facts_of(entry: Entry, where: Registration, log: LogStatus) -> list[Fact]:
    """Who, why, decided by what, and where it stands."""
    facts = [
        Fact(name=_("Written"), value=time_words(entry.time, "exact")),
        Fact(name=_("Log"), value=where.tenant.name, detail=log.origin),
        Fact(name=_("Entry"), value=str(entry.id), detail=entry.type),
    ]
    if entry.type in ACCESS_TYPES:
        access = access_of(entry)
        facts += [
            Fact(name=_("Purpose"), value=words.purpose(access.purpose).capitalize()),
            Fact(name=_("Decided by"), value=access.sentence),
        ]
    if entry.subject_index is not None:
        facts.append(Fact(name=_("In your chain"), value=_("Link %(n)s") % {"n": entry.subject_index}))
    if entry.leaf_hash:
        facts.append(Fact(name=_("Hash"), fingerprint=entry.leaf_hash.hex()))
    return [fact for fact in facts if fact.value or fact.fingerprint]


def _said(entry: Entry) -> str:
    """What a report says, or else the sentence of the contract."""
    return str(REPORTS.get(entry.audit.get("outcome", ""), entry.audit.get("sentence", "")))


def _closed(link: Link, entry: Entry) -> Link:
    """One line is no visit: it is not open, and needs no way to itself."""
    return Link(
        entry=str(entry.id), who=link.who, time=link.time, kind=link.kind, state=_state(entry), role=link.role,
        place=link.place, parts=link.parts, purpose=link.purpose, sentence=link.sentence, reason=link.reason,
        basis=link.basis, basis_url=link.basis_url, number=link.number, automated=link.automated,
    )  # fmt: skip


def _state(entry: Entry) -> LinkState:
    if not entry.readable:
        return "broken"
    return "sealed" if entry.state == "checkpointed" else "pending"
