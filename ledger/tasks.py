"""What the ledger does by the clock beside sequencing and signing."""

from procrastinate.contrib.django import app

from ledger.anchoring import anchor_log
from ledger.selectors import logs


@app.periodic(cron="7 * * * *")
@app.task(name="ledger.anchor", queueing_lock="ledger.anchor")
def anchor(timestamp: int) -> int:
    """Have every log that grew dated; returns how many timestamps came. What failed is asked for in an hour."""
    return sum(not found.error for log in logs() for found in anchor_log(log.tenant_id))
