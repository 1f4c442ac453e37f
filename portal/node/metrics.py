"""`/metrics` for Prometheus: how requests go, and how each ledger does. It names organisations, never people.

Whoever may scrape has the token ASSENT_METRICS_TOKEN; a local node without one answers to its own machine only.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from hmac import compare_digest

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily

from ledger import selectors as ledger
from ledger.scope import tenant_scope

LOOPBACK = {"127.0.0.1", "::1"}
GAUGES = {
    "assent_ledger_entries": "Entries that have their index",
    "assent_ledger_backlog": "Submissions that wait for their index",
    "assent_ledger_oldest_submission_seconds": "How long the first of these has waited",
    "assent_ledger_checkpoint_size": "Entries that the newest checkpoint covers",
    "assent_ledger_checkpoint_age_seconds": "How long ago the newest checkpoint was signed",
    "assent_ledger_read_only": "1 if the log takes no entry until an operator has looked",
    "assent_ledger_alarm": "1 while an alarm is raised",
}


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The text format of Prometheus; 404 to whoever may not scrape."""
    if not _may_scrape(request):
        raise Http404
    ledgers = CollectorRegistry()
    ledgers.register(_Ledgers())
    return HttpResponse(
        generate_latest(REGISTRY) + generate_latest(ledgers), content_type=CONTENT_TYPE_LATEST
    )


def _may_scrape(request: HttpRequest) -> bool:
    if settings.ASSENT_METRICS_TOKEN:
        expected = f"Bearer {settings.ASSENT_METRICS_TOKEN}"
        return compare_digest(request.headers.get("Authorization", "").encode(), expected.encode())
    return settings.LOCAL and request.META.get("REMOTE_ADDR") in LOOPBACK


class _Ledgers:
    """Asked of the database at each scrape, so that every web process tells the same."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        families = {name: GaugeMetricFamily(name, help_, labels=["log"]) for name, help_ in GAUGES.items()}
        for log in ledger.logs():
            with tenant_scope(log.tenant_id):
                status = ledger.log_status()
            for family, value in zip(families.values(), _values(status), strict=True):
                family.add_metric([log.name], value)
        yield from families.values()


def _values(status: ledger.LogStatus) -> tuple[float, ...]:
    """In the order of GAUGES."""
    signed = status.checkpoint_time
    age = (datetime.now(UTC) - signed).total_seconds() if signed else 0.0
    log = status.log
    return (
        status.entries,
        status.backlog,
        status.oldest_seconds,
        status.size,
        age,
        float(log.read_only),
        float(bool(log.alarm)),
    )
