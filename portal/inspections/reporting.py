"""How a run says how far it is, and that it is alive."""

import threading
from types import TracebackType
from typing import TypeVar
from uuid import UUID

from django.db import connection
from django.utils import timezone

from ledger.scope import tenant_scope
from portal.inspections.models import Run

REPORT_SECONDS = 0.5

Kind = TypeVar("Kind", bound=Run)


def waits(kind: type[Kind], tenant: UUID, run: UUID) -> Kind | None:
    """The run, if it is still to be done: one that was taken for lost may have made room for another."""
    with tenant_scope(tenant):
        return kind._default_manager.filter(id=run, finished=None).first()


class Reporting:
    """Writes progress from a thread of its own: the verification reads one unmoving snapshot, which cannot write.

    If the verification raises, the run is marked as finished without a result.
    """

    def __init__(self, kind: type[Run], tenant: UUID, run: UUID) -> None:
        self._rows, self._tenant, self._run = kind._default_manager, tenant, run
        self._done, self._total = 0, 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._report, daemon=True)

    def take(self, done: int, total: int) -> None:
        self._done, self._total = done, total

    def __enter__(self) -> "Reporting":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()
        if error is not None:
            with tenant_scope(self._tenant):
                self._rows.filter(id=self._run).update(finished=timezone.now())

    def _report(self) -> None:
        try:
            while not self._ended.wait(REPORT_SECONDS):
                with tenant_scope(self._tenant):
                    self._rows.filter(id=self._run, finished=None).update(
                        done=self._done, total=self._total, seen=timezone.now()
                    )
        finally:
            connection.close()
