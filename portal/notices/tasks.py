"""Letters, by the clock. What is not written this minute is written the next."""

from functools import partial

from procrastinate.contrib.django import app

from consent.services.expiry import each_alone
from ledger import selectors as ledger
from portal.notices.services import read_log, send_letters


@app.periodic(cron="* * * * *")
@app.task(name="notices.tell", queueing_lock="notices.tell")
def tell(timestamp: int) -> int:
    """Look through what is new in each log, and write the letters that are due; returns how many.

    One log's failure is no other's, and keeps no letter back.
    """
    try:
        each_alone(partial(read_log, log.tenant_id) for log in ledger.logs())
    finally:
        sent = send_letters()
    return sent
