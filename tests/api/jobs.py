"""What waits in the queue for the auditors, done as its worker would: the node of these tests has none."""

from procrastinate.contrib.django.models import ProcrastinateJob

from portal.inspections import tasks

TASKS = {"auditors.verify": tasks.verify, "auditors.replay": tasks.replay}


def work() -> int:
    """Do each job once; returns how many that were."""
    waiting = list(ProcrastinateJob.objects.filter(status="todo", task_name__in=TASKS))
    for job in waiting:
        TASKS[job.task_name](**job.args)
        ProcrastinateJob.objects.filter(id=job.id).update(status="succeeded")
    return len(waiting)
