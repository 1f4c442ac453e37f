"""What the job queue's worker does for auditors: verifications, replays, archives of evidence."""

from uuid import UUID

from django.utils import timezone
from procrastinate.contrib.django import app

from consent.services import replay as replay_decisions
from ledger.audit.verify import Evidence, Report, verify_log
from ledger.scope import tenant_scope
from ledger.selectors import logs
from portal.inspections.making import expire, make
from portal.inspections.models import Replay, Verification
from portal.inspections.reporting import Reporting, waits

MOST_FINDINGS = 100  # that a page shows; the command says all


@app.task(name="auditors.verify")
def verify(tenant: str, run: str) -> None:
    """Recompute a tenant's log, and write down how far it is and what it finds."""
    if not waits(Verification, UUID(tenant), UUID(run)):
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
    if not waits(Replay, UUID(tenant), UUID(run)):
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


@app.task(name="auditors.archive")
def archive(tenant: str, run: str) -> None:
    """Make an archive of evidence that somebody asked for."""
    make(tenant=UUID(tenant), run=UUID(run))


@app.periodic(cron="41 * * * *")
@app.task(name="auditors.expire_archives", queueing_lock="auditors.expire_archives")
def expire_archives(timestamp: int) -> int:
    """Delete the archives that were kept long enough; returns how many."""
    return sum(expire(log.tenant_id) for log in logs())
