"""What a patient disputes of what is shown: a denied correction goes with its entry (45 CFR 164.526(d)(5))."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ledger.scope import tenant_scope
from portal.cases import selectors as cases
from portal.cases.models import State
from portal.cases.words import GROUNDS
from portal.charting.lines import line
from portal.records.services import Chart


@dataclass(frozen=True)
class Dispute:
    """One entry that the patient says is wrong. `ground`: why the correction was denied."""

    title: str
    statement: str
    ground: str
    denied: datetime


def disputes(chart: Chart) -> Sequence[Dispute]:
    """Of the entries that this chart shows, those whose denial the patient disagrees with; of no others."""
    shown = {(record.type, record.id): record for part in chart.sections for record in part.records}
    with tenant_scope(chart.tenant):
        rows = cases.corrections_of(chart.patient.person, states=[State.DENIED])
    rows = [row for row in rows if row.disagreement is not None and (row.record_type, row.record_id) in shown]
    written = cases.written(rows)
    return [
        Dispute(
            title=line(shown[row.record_type, row.record_id].resource).title,
            statement=written[row.id].disagreement,
            ground=str(GROUNDS.get(row.ground, "")),
            denied=row.answered_at or row.asked_at,
        )
        for row in rows
    ]
