"""What consent does by the clock. A decision never waits for it."""

from functools import partial

from procrastinate.contrib.django import app

from consent.services.expiry import each_alone, expire_due
from ledger import selectors as ledger


@app.periodic(cron="* * * * *")
@app.task(name="consent.tell_what_ended", queueing_lock="consent.tell_what_ended")
def tell_what_ended(timestamp: int) -> int:
    """Enter the contracts and emergency sessions that are over, at each tenant; returns how many.

    One tenant's failure is no other's: the job fails, and says with what, when all had their turn.
    """
    return each_alone(partial(expire_due, log.tenant_id) for log in ledger.logs())
