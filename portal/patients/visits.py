"""Accesses as people think of them: one visit of one person on one day, not two hundred lines."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby
from uuid import UUID

from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.accounts import selectors as accounts
from portal.design.shapes import Day, Link, LinkKind, LinkState, Opened
from portal.patients import words
from portal.patients.asking import Case, state_of
from portal.patients.looks import Look
from portal.records.services import Access

# Who opened something this lately is shown as being there now.
VIEWING = timedelta(minutes=5)
MANY_PARTS = 5
NOTHING: Mapping[UUID, Case] = {}
_KINDS: Mapping[str, LinkKind] = {
    "access.permitted": "seen",
    "access.denied": "refused",
    "access.repeated": "refused",
    "access.failed": "refused",
    "access.emergency": "emergency",
    "record.created": "wrote",
    "record.updated": "wrote",
    "record.deleted": "wrote",
}


def visits_of(
    looks: Sequence[Look],
    *,
    reader: UUID,
    asked: Mapping[UUID, Case] = NOTHING,
    names: Mapping[UUID, str] | None = None,
) -> list[Link]:
    """The visits, the one with the newest access first. `reader` is the account that reads this list: "You"; `asked`
    are the reader's questions by the access that they are about; `names` those of the `nameless`, looked up already.
    """
    groups: dict[tuple[object, ...], list[Look]] = {}
    for look in looks:
        groups.setdefault(_visit(look.access, look.slug), []).append(look)
    if names is None:
        people, places = nameless(looks)
        names = accounts.names_of(people, places) if people or places else {}
    links = [_link(key, group, names, reader) for key, group in groups.items()]
    return [_asked(link, group, asked) for link, group in zip(links, groups.values(), strict=True)]


def _asked(link: Link, group: Sequence[Look], asked: Mapping[UUID, Case]) -> Link:
    """With the way to ask about it, or how it stands with that."""
    row = next((asked[look.access.entry] for look in group if look.access.entry in asked), None)
    if row is not None:
        says, tone = state_of(row)
        return replace(
            link, asked=says, asked_tone=tone, asked_url=reverse("patients:asked_one", args=[row.id])
        )
    if link.who == _you():
        return link
    newest = group[0]
    return replace(link, question_url=reverse("patients:question", args=[newest.slug, newest.access.entry]))


def others(links: Sequence[Link]) -> list[Link]:
    """Without the reader's own."""
    return [link for link in links if link.who != _you()]


def days_of(links: Sequence[Link]) -> list[Day]:
    """The visits under the headings of their days, in the order that they have."""
    days: dict[str, list[Link]] = {}
    for link in links:
        days.setdefault(_heading(link.until or link.time), []).append(link)
    return [Day(name=name, links=group) for name, group in days.items()]


def _visit(access: Access, slug: str) -> tuple[object, ...]:
    """What accesses of one visit have in common. The opening of an emergency session states no purpose of its own."""
    kind = _KINDS[access.type]
    purpose = "" if kind == "emergency" else access.purpose
    day = timezone.localtime(access.time).date()
    return (slug, access.actor, access.organisation, access.role, access.by_program, kind, purpose, day)


def _link(key: tuple[object, ...], group: Sequence[Look], names: Mapping[UUID, str], reader: UUID) -> Link:
    """A visit from its accesses, which come newest first."""
    newest, first = group[0], group[-1]
    access, kind = newest.access, _KINDS[newest.access.type]
    own = access.actor == reader
    state = _state(group, own=own, kind=kind)
    return Link(
        entry=hashlib.sha256(repr(key).encode()).hexdigest()[:24],
        who=_you() if own else _name(group, names),
        time=first.access.time,
        until=_until(group),
        kind=kind,
        state=state,
        role="" if own else _role(access),
        place=newest.place if own else _place(group, names),
        parts=words.parts({part for look in group for part in look.parts}),
        purpose=words.purpose(access.purpose),
        sentence=_sentence(group, own=own),
        reason=_reason(group),
        basis=_basis(newest),
        basis_url=reverse("patients:contract", args=[access.contract]) if access.contract and not own else "",
        automated=access.by_program,
        number=None if state == "pending" else access.index,
        opened=_opened(group) if len(group) > 1 or state == "open" else (),
        url=reverse("patients:entry", args=[newest.slug, access.entry]),
        receipt_url=reverse("patients:receipt", args=[newest.slug, access.entry])
        if state == "sealed"
        else "",
        stop_url=reverse("patients:contract_stop", args=[access.contract])
        if state == "open" and access.contract
        else "",
    )


def _role(access: Access) -> str:
    if access.by_share_code:
        return _("By share code")
    return access.title or str(words.ROLES.get(access.role, ""))


def _state(group: Sequence[Look], *, own: bool, kind: LinkKind) -> LinkState:
    if any(not look.access.readable for look in group):
        return "broken"
    access = group[0].access
    looking = not (own or access.by_program or kind in ("refused", "wrote"))
    if looking and access.time > timezone.now() - VIEWING:
        return "open"
    return "sealed" if all(look.access.state == "checkpointed" for look in group) else "pending"


def _opened(group: Sequence[Look]) -> list[Opened]:
    """What was opened, newest first; the same several times in a row is one line."""
    return [
        Opened(time=again[0].access.time, what=what, times=len(again))
        for what, again in ((what, list(looks)) for what, looks in groupby(group, _what))
    ]


def _what(look: Look) -> str:
    access = look.access
    if access.interaction == "emergency":
        return _("Overrode your choices")
    what = words.listed(words.parts(look.parts))
    count = len(access.resources)
    if count:
        what += ngettext(", %(count)s entry", ", %(count)s entries", count) % {"count": count}
    return what[:1].upper() + what[1:]


def _sentence(group: Sequence[Look], *, own: bool) -> str:
    """Said instead of what the kind, the parts and the purpose would say."""
    access = group[0].access
    if access.type == "access.failed":
        return _("Your record could not be opened, so nothing was shown.")
    if _KINDS[access.type] == "wrote":
        return _written(group, own=own)
    if own:
        return _own(group)
    if all(look.access.interaction == "find" for look in group):
        return _("Looked for you by name or record number. Only your name, birth date and number were shown.")
    if all(look.access.interaction == "emergency" for look in group):
        return _("Overrode your choices. Nothing was opened so far.")
    return ""


def _written(group: Sequence[Look], *, own: bool) -> str:
    """ "" for what somebody else added, which the kind, the parts and the purpose say."""
    said = {"parts": words.listed(words.parts({part for look in group for part in look.parts}))}
    kinds = {look.access.type for look in group}
    if kinds == {"record.deleted"}:
        return _("Deleted something from your %(parts)s. Its earlier versions stay.") % said
    if kinds != {"record.created"}:
        return _("Changed something in your %(parts)s. Its earlier versions stay.") % said
    return _("Added to your %(parts)s.") % said if own else ""


def _own(group: Sequence[Look]) -> str:
    shown = words.parts({part for look in group for part in look.parts})
    if len(shown) > MANY_PARTS:
        return _("Looked at %(count)s parts of your record.") % {"count": len(shown)}
    return _("Looked at your %(parts)s.") % {"parts": words.listed(shown)}


def _until(group: Sequence[Look]) -> datetime | None:
    """The end of a visit that lasted longer than the minute in which it began."""
    first, last = group[-1].access.time, group[0].access.time
    return last if f"{first:%H:%M}" != f"{last:%H:%M}" else None


def _reason(group: Sequence[Look]) -> str:
    """What the clinician wrote when overriding the person's choices."""
    said = next((look.access.sentence for look in group if look.access.interaction == "emergency"), "")
    return said.removeprefix("Broke the glass: ")


def _basis(look: Look) -> str:
    if look.access.decision != "permitted":
        return ""
    if look.access.layer == "contract":
        return _("your contract")
    if look.access.layer == "base" and look.access.interaction != "find":
        return _("the rules of %(place)s") % {"place": look.place}
    return ""


def _name(group: Sequence[Look], names: Mapping[UUID, str]) -> str:
    named = next((look.access.name for look in group if look.access.name), "")
    actor = group[0].access.actor
    return named or (names.get(actor, "") if actor else "") or _("Somebody whose account is gone")


def _place(group: Sequence[Look], names: Mapping[UUID, str]) -> str:
    named = next((look.access.organisation_name for look in group if look.access.organisation_name), "")
    organisation = group[0].access.organisation
    return named or (names.get(organisation, "") if organisation else "")


def nameless(looks: Sequence[Look]) -> tuple[set[UUID], set[UUID]]:
    """Accounts and organisations that these name by id only. Entries hold the names of then; the opening of an
    emergency session holds ids, looked up as they are now."""
    found = [look.access for look in looks if not look.access.name]
    people = {access.actor for access in found if access.actor}
    return people, {access.organisation for access in found if access.organisation}


def _heading(moment: datetime) -> str:
    day, today = timezone.localtime(moment).date(), timezone.localdate()
    if day == today:
        return _("Today")
    if day == today - timedelta(days=1):
        return _("Yesterday")
    if (day.year, day.month) == (today.year, today.month):
        return _("Earlier this month")
    return formats.date_format(day, "YEAR_MONTH_FORMAT")


def _you() -> str:
    return _("You")
