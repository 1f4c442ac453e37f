"""`manage.py jobs`: the worker of the job queue, as part of a node."""

import asyncio
from typing import Any

from django.core.management.base import BaseCommand
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector

# A job that SIGTERM interrupts is stalled, not lost: the queue gives it to the next worker.
GRACE_SECONDS = 5.0


class Command(BaseCommand):
    help = "Work off the job queue until SIGTERM."

    def handle(self, *args: Any, **options: Any) -> None:
        connector = app.connector
        if not isinstance(connector, DjangoConnector):
            raise TypeError("the job queue is not on Django's database")
        with app.replace_connector(connector.get_worker_connector()) as worker:
            asyncio.run(_work(worker))


async def _work(worker: Any) -> None:
    async with worker.open_async():
        await worker.run_worker_async(shutdown_graceful_timeout=GRACE_SECONDS)
