"""The work behind a verification and a replay, done by the job queue's worker."""

import threading
from types import TracebackType
from uuid import UUID

from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django import app

from consent.services import replay as replay_decisions
from ledger.audit.verify import Evidence, Report, verify_log
from ledger.scope import tenant_scope
from portal.inspections.models import Replay, Verification

REPORT_SECONDS = 0.5
MOST_FINDINGS = 100  # that a page shows; the command says all


@app.task(name="auditors.verify")
def verify(tenant: str, run: str) -> None:
    """Recompute a tenant's log, and write down how far it is and what it finds."""
    if not _waits(Verification, UUID(tenant), UUID(run)):
        return
    with Reporting(Verification, UUID(tenant), UUID(run)) as reporting:
        report = verify_log(UUID(tenant), Evidence(progress=reporting.take))
    _finish(UUID(tenant), UUID(run), report)


def _finish(tenant: UUID, run: UUID, report: Report) -> None:
    found = report.finding
    said = [{"kind": found.kind, "sentence": found.sentence, "index": found.index}] if found else []
    with tenant_scope(tenant):
        Verification.objects.filter(id=run).update(
            finished=timezone.now(),
            seen=timezone.now(),
            done=report.size,
            total=report.size,
            held=found is None,
            findings=said,
        )


@app.task(name="auditors.replay")
def replay(tenant: str, run: str) -> None:
    """Execute every decision of a tenant's log again, and write down how far it is and what it finds."""
    if not _waits(Replay, UUID(tenant), UUID(run)):
        return
    with Reporting(Replay, UUID(tenant), UUID(run)) as reporting:
        found = replay_decisions(tenant=UUID(tenant), progress=reporting.take)
    said = [
        {"kind": one.kind, "sentence": one.sentence, "index": one.index}
        for one in found.findings[:MOST_FINDINGS]
    ]
    with tenant_scope(UUID(tenant)):
        Replay.objects.filter(id=UUID(run)).update(
            finished=timezone.now(),
            seen=timezone.now(),
            done=found.until,
            total=found.until,
            held=found.holds,
            findings=said,
            same=found.same,
            differs=found.differs,
            unreplayable=found.unreplayable,
        )


def _waits(kind: type[Verification] | type[Replay], tenant: UUID, run: UUID) -> bool:
    """Whether it is still to be done: one that was taken for lost may have made room for another."""
    with tenant_scope(tenant):
        return kind.objects.filter(id=run, finished=None).exists()


class Reporting:
    """Writes progress from a thread of its own: the verification reads one unmoving snapshot, which cannot write.

    If the verification raises, the run is marked as finished without a result.
    """

    def __init__(self, kind: type[Verification] | type[Replay], tenant: UUID, run: UUID) -> None:
        self._rows, self._tenant, self._run = kind.objects, tenant, run
        self._done, self._total = 0, 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._report, daemon=True)

    def take(self, done: int, total: int) -> None:
        self._done, self._total = done, total

    def __enter__(self) -> "Reporting":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()
        if error is not None:
            with tenant_scope(self._tenant):
                self._rows.filter(id=self._run).update(finished=timezone.now())

    def _report(self) -> None:
        try:
            while not self._ended.wait(REPORT_SECONDS):
                with tenant_scope(self._tenant):
                    self._rows.filter(id=self._run, finished=None).update(
                        done=self._done, total=self._total, seen=timezone.now()
                    )
        finally:
            connection.close()
