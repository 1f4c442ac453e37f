"""Is this process alive, and can it serve? Readiness asks the database and looks at the ledgers' backlogs."""

from uuid import UUID

from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from ledger import selectors as ledger
from ledger.scope import tenant_scope

BACKLOG_SECONDS = 30.0  # an acknowledged entry that waits longer than this has no working sequencer


@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """The process answers. Nothing else is looked at, so that a slow database restarts nobody."""
    return JsonResponse({"status": "live"})


@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """200 when the database answers and every ledger keeps up; otherwise 503 and the reason."""
    try:
        late = [log.name for log in ledger.logs() if _oldest_seconds(log.tenant_id) > BACKLOG_SECONDS]
    except DatabaseError:
        return JsonResponse({"status": "unready", "reason": "The database does not answer."}, status=503)
    if late:
        reason = f"The sequencer is behind for {', '.join(late)}."
        return JsonResponse({"status": "unready", "reason": reason}, status=503)
    return JsonResponse({"status": "ready"})


def _oldest_seconds(tenant: UUID) -> float:
    with tenant_scope(tenant):
        return ledger.log_status().oldest_seconds
