"""Verifications and replays of a log, in JSON."""

from typing import Any

from rest_framework import serializers

from portal.api.shapes.contracts import iso
from portal.inspections.services import Replay as FoundReplay
from portal.inspections.services import Run

STATUSES = ["running", "finished", "broken-off"]


class RunFinding(serializers.Serializer[Any]):
    kind = serializers.CharField(help_text="Stable, for programs: such as body-changed.")
    sentence = serializers.CharField()
    index = serializers.IntegerField(allow_null=True, help_text="Of the entry, where it is about one.")


class Verification(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    status = serializers.ChoiceField(
        STATUSES,
        help_text="`running` also while it waits for its turn; `broken-off`: it did not come to an end, so that "
        "nothing is known.",
    )
    asked = serializers.DateTimeField()
    finished = serializers.DateTimeField(allow_null=True)
    progress = serializers.FloatField(min_value=0, max_value=1, help_text="Which share of the log is done.")
    done = serializers.IntegerField(min_value=0, help_text="Entries.")
    total = serializers.IntegerField(min_value=0, help_text="Entries.")
    holds = serializers.BooleanField(allow_null=True, help_text="Null as long as that is not known.")
    findings = RunFinding(many=True, help_text="Of a verification the first break; of a replay at most 100.")


class Replay(Verification):
    same = serializers.IntegerField(min_value=0, help_text="Decisions that came out the same.")
    differs = serializers.IntegerField(min_value=0)
    unreplayable = serializers.IntegerField(min_value=0, help_text="Of people who were erased on purpose.")


def verification(run: Run) -> dict[str, Any]:
    return {
        "id": str(run.id),
        "status": status(run),
        "asked": iso(run.asked),
        "finished": iso(run.finished),
        "progress": progress(run),
        "done": run.done,
        "total": run.total,
        "holds": run.held,
        "findings": run.findings,
    }


def replay(run: FoundReplay) -> dict[str, Any]:
    counts = {"same": run.same, "differs": run.differs, "unreplayable": run.unreplayable}
    return {**verification(run), **counts}


def status(run: Run) -> str:
    if run.finished is None:
        return "running"
    return "broken-off" if run.held is None else "finished"


def progress(run: Run) -> float:
    """Which share is done, from 0 to 1."""
    if run.held is not None:
        return 1.0
    return min(run.done / run.total, 1.0) if run.total else 0.0
