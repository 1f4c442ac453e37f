"""/metrics: what an operator's monitoring sees, and who else does not."""

import pytest
from django.test import Client
from pytest_django import Settings

from ledger import services as ledger
from ledger.scope import tenant_scope
from ledger.sequencing import drain
from portal.accounts.services import create_organisation

pytestmark = pytest.mark.django_db(transaction=True)
TOKEN = "of-tests-only-" + "x" * 30


def scraped(client: Client, **headers: str) -> dict[str, float]:
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == 200
    lines = (line.rsplit(" ", 1) for line in answer.content.decode().splitlines() if not line.startswith("#"))
    return {name: float(value) for name, value in lines}


def test_it_tells_how_far_each_log_is() -> None:
    tenant = create_organisation(slug="st-mary", name="St Mary Hospital").id
    drain()
    before = scraped(Client())
    with tenant_scope(tenant):
        for _ in range(3):
            ledger.append(type="heads", actor=None, subject=None, audit={"test": True})
    waiting = scraped(Client())
    drain()
    after = scraped(Client())
    told = {key: [found[f'assent_ledger_{key}{{log="st-mary"}}'] for found in (before, waiting, after)]
            for key in ("entries", "backlog", "checkpoint_size", "read_only")}  # fmt: skip
    size = told["entries"][0]
    assert told["entries"] == [size, size, size + 3]
    assert told["backlog"] == [0, 3, 0]
    assert told["checkpoint_size"] == [size, size, size + 3]
    assert told["read_only"] == [0, 0, 0]
    assert 0 < waiting['assent_ledger_oldest_submission_seconds{log="st-mary"}'] < 60
    assert any(name.startswith("django_http_requests_total_by_view") for name in after)


def test_only_whoever_shows_the_token_may_scrape(settings: Settings) -> None:
    settings.ASSENT_METRICS_TOKEN = TOKEN
    assert Client().get("/metrics").status_code == 404
    assert Client().get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 404
    assert scraped(Client(), Authorization=f"Bearer {TOKEN}")


@pytest.mark.parametrize(
    ("local", "address", "status"), [(True, "192.0.2.7", 404), (False, "127.0.0.1", 404)]
)
def test_without_a_token_only_a_local_node_answers_and_only_its_own_machine(
    settings: Settings, local: bool, address: str, status: int
) -> None:
    settings.LOCAL = local
    assert Client(REMOTE_ADDR=address).get("/metrics").status_code == status
