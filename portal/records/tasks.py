"""What the job queue's worker does for records."""

from uuid import UUID

from procrastinate.contrib.django import app

from ledger import selectors as ledger


@app.task(name="records.export")
def export(tenant: str, export: str) -> None:
    """Do what is left of a bulk export."""
    from portal.records.exporting import run  # noqa: PLC0415 - the queue reads this file before the models are there

    run(tenant=UUID(tenant), export=UUID(export))


@app.periodic(cron="* * * * *")
@app.task(name="records.enter_repeated", queueing_lock="records.enter_repeated")
def enter_repeated(timestamp: int) -> int:
    """Enter how often identical denials came again; returns how many entries that made."""
    from portal.records.access.repeating import enter_repeated as enter  # noqa: PLC0415

    return sum(enter(log.tenant_id) for log in ledger.logs())


@app.periodic(cron="23 * * * *")
@app.task(name="records.expire_exports", queueing_lock="records.expire_exports")
def expire_exports(timestamp: int) -> int:
    """Delete the exports that were kept long enough; returns how many."""
    from portal.records.exports import expire_exports as expire  # noqa: PLC0415

    return sum(expire(log.tenant_id) for log in ledger.logs())
