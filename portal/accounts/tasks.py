"""What the job queue's worker does for accounts."""

from datetime import datetime
from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from portal.accounts.form_keys import forget_old


@app.periodic(cron="17 3 * * *")
@app.task(name="accounts.forget_form_keys", queueing_lock="accounts.forget_form_keys")
def forget_form_keys(timestamp: int) -> int:
    """Drop the keys of forms that were sent long ago."""
    return forget_old()


# The last try is about a day after the first.
@app.task(name="accounts.tell_of_change", retry=RetryStrategy(max_attempts=10, exponential_wait=3))
def tell_of_change(account: str, change: str, at: str) -> None:
    """Write to somebody that how they sign in was changed."""
    from portal.accounts import letters  # noqa: PLC0415 - the queue reads this file before the models

    letters.write(account=UUID(account), change=change, at=datetime.fromisoformat(at))
