"""What the job queue's worker does for subscriptions."""

from datetime import datetime
from typing import Any
from uuid import UUID

from procrastinate.contrib.django import app


@app.task(name="subscriptions.tell")
def tell(tenant: str, subscription: str) -> None:
    """Tell one REST hook what is new."""
    from portal.subscriptions.hooks import tell as told  # noqa: PLC0415 - the queue reads this file before the models

    told(tenant=UUID(tenant), subscription=UUID(subscription))


def deferrer(subscription: UUID, at: datetime | None) -> Any:
    """One job waits for each subscription, and one works: later news are told by the job that waits.

    `at`: not before; None: at once.
    """
    lock = f"subscription:{subscription}"
    return tell.configure(queueing_lock=lock, lock=lock, schedule_at=at)


@app.periodic(cron="* * * * *")
@app.task(name="subscriptions.sweep", queueing_lock="subscriptions.sweep")
def sweep(timestamp: int) -> int:
    """Queue heartbeats and what a lost wake-up left; returns how many that were."""
    from portal.subscriptions.hooks import sweep as swept  # noqa: PLC0415

    return swept()
