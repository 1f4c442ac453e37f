"""What a clinician is shown of a record: one part at a time, so that each access names what was opened."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from consent import selectors as consent
from consent.facts import Decision
from ledger.scope import tenant_scope
from portal.charting.concepts import Resource, attached
from portal.charting.lines import line
from portal.charting.measurements import series
from portal.design import duties
from portal.design.charts import Chart as Drawing
from portal.design.shapes import Item, Link, Measured, Part
from portal.design.times import words as moment
from portal.design.vocabulary import CATEGORIES, PURPOSES
from portal.providers import asking
from portal.providers.record_at import RecordAt
from portal.records.services import Chart, Reach
from portal.staff.desk import Desk

# What a clinician wants to see first of what is open.
FIRST = (
    "conditions", "allergies", "medicines", "lab-results", "vital-signs", "visits", "procedures", "documents",
)  # fmt: skip


@dataclass(frozen=True)
class Curve:
    """One measurement as a chart, with the table of all its values."""

    id: str
    name: str
    drawing: Drawing
    rows: Sequence[Item]


@dataclass(frozen=True)
class Section:
    """One part of the record: lists of what was written, and what was measured."""

    id: str
    name: str
    items: Sequence[Item]
    measured: Sequence[Measured]
    curves: Sequence[Curve]
    more: bool


def first_open(categories: Sequence[str]) -> str:
    """The part to begin with."""
    return next((category for category in FIRST if category in categories), categories[0])


def title(category: str) -> str:
    """A part of the record as a heading."""
    words = CATEGORIES[category]
    return words[:1].upper() + words[1:]


def parts(record: RecordAt, categories: Sequence[str], here: str) -> list[Part]:
    """The parts that may be opened, whether or not there is anything in them."""
    return [
        Part(slug=slug, name=title(slug), url=record.url("section", slug), here=slug == here)
        for slug in categories
    ]


def section(chart: Chart, category: str, record: RecordAt) -> Section:
    """The part of the chart that was asked for."""
    (found,) = (each for each in chart.sections if each.category == category)
    measured, others = series(opened.resource for opened in found.records)
    curves = [
        Curve(f"of-{at}", each.name, each.chart(), each.rows())
        for at, each in enumerate(measured)
        if len(each.readings) > 1
    ]
    anchors = {curve.name: f"#{curve.id}" for curve in curves}
    return Section(
        id=category,
        name=title(category),
        items=[_item(resource, record) for resource in others],
        measured=[each.measured(url=anchors.get(each.name, "")) for each in measured],
        curves=curves,
        more=found.more,
    )


def _item(resource: Resource, record: RecordAt) -> Item:
    """The line of a resource; a document with a file leads to it."""
    item, binary = line(resource), attached(resource)
    return replace(item, url=record.url("document", binary)) if binary else item


def basis(decision: Decision) -> dict[str, Any] | None:
    """On what ground the part is open; None in an emergency, which has a strip of its own."""
    if decision.layer == "emergency" or not decision.permitted:
        return None
    until = moment(decision.ends, "day") if decision.ends else ""
    if decision.layer == "contract":
        headline = _("By the patient’s contract, for %(why)s, until %(until)s.")
    else:
        headline = _("By the base policy of the organisation, for %(why)s.")
    owed = duties.sentences(decision.duties)
    return {"headline": headline % {"why": PURPOSES["TREAT"], "until": until}, "owed": owed}


def running(desk: Desk, record: RecordAt, far: Reach) -> dict[str, Any] | None:
    """The emergency access that opens something here, with what is left of it."""
    overriding = any(decision.layer == "emergency" for decision in far.decisions.values())
    return emergency(desk, record) if overriding else None


def emergency(desk: Desk, record: RecordAt) -> dict[str, Any] | None:
    """The emergency access that runs, with what is left of it."""
    with tenant_scope(record.custodian.id):
        sessions = asking.running(desk.caller, record)
        if not sessions:
            return None
        session = sessions[0]
        reason = consent.reason_of(session)  # type: ignore[arg-type]
    left = session.ends - timezone.now()
    return {
        "told": session.starts,
        "ends": session.ends,
        "left": _clock(left),
        "left_iso": f"PT{int(left.total_seconds() // 3600)}H{int(left.total_seconds() // 60) % 60}M",
        "minutes": _minutes(session.ends - session.starts),
        "minutes_left": _minutes(left),
        "end_url": record.url("emergency_end"),
        "reason": reason,
        "reviewer": "",
    }


def seen_by_patient(desk: Desk, chart: Chart, category: str) -> Link:
    """This access, as the patient sees it now."""
    alarm = chart.decision.layer == "emergency"
    return Link(
        entry=str(chart.promise.promise.id),
        who=desk.caller.name,
        role=desk.caller.title or _("Clinician"),
        place=desk.place.name,
        time=_now(chart),
        kind="emergency" if alarm else "seen",
        state="pending",
        parts=[CATEGORIES[category]],
        purpose=_("your treatment"),
    )


def _now(chart: Chart) -> datetime:
    return chart.promise.promise.time


def _minutes(span: timedelta) -> int:
    return max(0, round(span.total_seconds() / 60))


def _clock(left: timedelta) -> str:
    """3 h 21 min"""
    hours, minutes = divmod(_minutes(left), 60)
    words = {"hours": hours, "minutes": minutes}
    return _("%(hours)d h %(minutes)d min") % words if hours else _("%(minutes)d min") % words
