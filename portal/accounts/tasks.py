"""What accounts do by the clock."""

from procrastinate.contrib.django import app

from portal.accounts.form_keys import forget_old


@app.periodic(cron="17 3 * * *")
@app.task(name="accounts.forget_form_keys", queueing_lock="accounts.forget_form_keys")
def forget_form_keys(timestamp: int) -> int:
    """Drop the keys of forms that were sent long ago."""
    return forget_old()
