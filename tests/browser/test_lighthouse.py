"""`make lighthouse`: the six main pages, and a long record, held against what we promise of them.

Left out of `make test`: it takes some minutes, and its figures for speed depend on what else the machine does.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client

from ledger.scope import tenant_scope
from portal.accounts import selectors as accounts
from portal.accounts import services
from portal.demo import people
from portal.demo import services as demo
from portal.node.postgres import BASE_DIR
from portal.records.services import import_bundles
from tests.api.test_synthea import patient_in
from tests.cast import PASSWORD
from tests.needs import TEST_DATA, installed_chromium
from tests.serving import Node

pytestmark = [
    pytest.mark.browser,
    pytest.mark.javascript,
    pytest.mark.skipif(
        os.environ.get("ASSENT_LIGHTHOUSE") != "1",
        reason="Lighthouse takes minutes: `make lighthouse` measures the main pages",
    ),
]
LEAST = {"accessibility": 100, "best-practices": 100, "performance": 95}
MOST_BYTES = 150_000
SCREENS = ("desktop", "mobile")
LONGEST = 900  # seconds; what has not ended by then is ended, and its rows so far are shown
WIDTHS = {
    **{"name": 12, "screen": 8, "accessibility": 13, "best-practices": 14, "performance": 11},
    **{"kilobytes": 5, "server": 9, "short": 0},
}
HEAD = {
    **{name: name.replace("-", " ") for name in WIDTHS},
    **{"name": "page", "kilobytes": "kB", "server": "server ms", "short": "what costs points"},
}
LONG_RECORD = "carlene@example.org"


def pages(node: Node) -> list[dict[str, Any]]:
    amara = accounts.person_of(accounts.user_by_email(people.PATIENT.email).id)
    assert amara is not None
    chart = f"/clinic/st-mary/st-mary/{amara.id}/lab-results/"
    wanted = {
        people.PATIENT.email: {
            "home": "/", "record": "/record/", "sharing": "/sharing/", "history": "/history/",
        },
        people.HOSPITAL_DOCTOR.email: {"chart": chart},
        people.AUDITOR.email: {"auditor": "/audit/st-mary/"},
    }  # fmt: skip
    found = [page(node, email, people.password(), at) for email, at in wanted.items()]
    if long_record():
        found.append(page(node, LONG_RECORD, PASSWORD, {"long record": "/record/"}))
    return [each for several in found for each in several]


def page(node: Node, email: str, password: str, addresses: dict[str, str]) -> list[dict[str, Any]]:
    """Pages with the cookie of somebody who signed in as people do."""
    cache.clear()  # the limit of log-ins a minute counts all of them together
    browser = Client()
    answer = browser.post("/accounts/login/", {"login": email, "password": password})
    assert answer.status_code == 302, answer
    session = browser.cookies[settings.SESSION_COOKIE_NAME].value
    cookie = {"name": f"assent-session-{node.port}", "value": session, "domain": "localhost"}
    return [{"name": name, "url": node.url + at, "cookie": cookie} for name, at in addresses.items()]


def long_record() -> bool:
    """A record of many years, for an account of its own, where the folder with test data is there."""
    bundle = next((TEST_DATA / "synthea").glob("Carlene_*.json"), None)
    if bundle is None:
        sys.stderr.write("\nWithout the page of a long record: there is no folder with test data here.\n")
        return False
    hospital = accounts.organisation("st-mary").id
    information = sorted((TEST_DATA / "synthea").glob("*Information*.json"))
    report = import_bundles(tenant=hospital, paths=[*information, bundle])
    assert not report.failed, report.failed[0]
    user = services.create_account(email=LONG_RECORD, password=PASSWORD, name="Carlene Schamberger")
    with tenant_scope(hospital):
        person = accounts.registration(patient=patient_in(bundle)).person_id
    services.claim_person(person=person, user=user)
    return True


def measured(asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A row as soon as it is there; ends the whole group, its browsers too, when it takes too long."""
    command = ["timeout", "--kill-after=5", str(LONGEST), "node", "tests/javascript/lighthouse.mjs"]
    with subprocess.Popen(
        command, cwd=BASE_DIR, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        running.stdin.write(json.dumps(asked))
        running.stdin.close()
        for line in running.stdout:
            yield json.loads(line)


def say(row: dict[str, Any]) -> None:
    """A line of the table: words begin where their column does, figures end there."""
    cells = [f"{row[name]:{'>' if type(row[name]) is int else '<'}{width}}" for name, width in WIDTHS.items()]
    sys.stderr.write("  ".join(cells).rstrip() + "\n")


def short_of(row: dict[str, Any]) -> list[str]:
    """Where a page misses what we promise."""
    where = f"{row['name']} {row['screen']}"
    scores = [f"{where}: {name} {row[name]}" for name, least in LEAST.items() if row[name] < least]
    return scores + [f"{where}: {row['bytes']} bytes"] * (row["bytes"] > MOST_BYTES)


def test_the_main_pages_reach_their_figures(node: Node) -> None:
    demo.load()
    asked = pages(node)
    sys.stderr.write("\n")
    say(HEAD)
    missed, count = [], 0
    for row in measured({"chromium": installed_chromium(), "screens": SCREENS, "pages": asked}):
        count += 1
        say({**row, "kilobytes": round(row["bytes"] / 1000), "short": " ".join(row["short"])})
        missed += short_of(row)
    assert count == len(SCREENS) * len(asked), "Lighthouse ended before the last page; why stands above"
    assert not missed, missed
