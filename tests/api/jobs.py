"""Beside the web server of a node: its sequencer is waited for; its worker, which these tests lack, is played."""

import time

from procrastinate.contrib.django.models import ProcrastinateJob

from portal.inspections import tasks
from tests.api.house import House

TASKS = {"auditors.verify": tasks.verify, "auditors.replay": tasks.replay, "auditors.archive": tasks.archive}


def work() -> int:
    """Do each job of auditors that waits in the queue; returns how many that were."""
    waiting = list(ProcrastinateJob.objects.filter(status="todo", task_name__in=TASKS))
    for job in waiting:
        TASKS[job.task_name](**job.args)
        ProcrastinateJob.objects.filter(id=job.id).update(status="succeeded")
    return len(waiting)


def sealed(house: House) -> None:
    """Wait until the node's sequencer has signed all that was written."""
    last = house.auditor.get("/api/v1/ledger/st-mary/")
    for _ in range(100):
        last = house.auditor.get("/api/v1/ledger/st-mary/")
        if last.json()["backlog"] == 0 and last.json()["size"] == last.json()["entries"] > 1:
            return
        time.sleep(0.1)
    raise AssertionError(last.text)
