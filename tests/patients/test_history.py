"""Who looked: visits, not lines; the person's own, refusals and emergencies told apart; proof behind each."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from ledger.sequencing import drain
from ledger.verify import main as verify
from portal.accounts.selectors import registrations
from portal.design.shapes import Link
from portal.patients import looks
from portal.patients.visits import VIEWING, visits_of
from portal.records.errors import Denied
from portal.records.services import chart
from tests.cast import Cast
from tests.patients.conftest import newest_entry


def visits(client: Client) -> list[Link]:
    days = client.get(reverse("patients:history")).context["days"]
    return [link for day in days for link in day.links]


def test_many_reads_of_one_visit_are_one_line(cast: Cast, amara: Client) -> None:
    cast.grant(cast.doctor, "lab-results", "medicines")
    for category in ("lab-results", "medicines", "lab-results"):
        chart(caller=cast.doctor, tenant=cast.hospital.id, person=cast.person, category=category)
    (link,) = visits(amara)
    assert (link.who, link.role, link.place) == ("Dr Jonas Okafor", "Diabetes doctor", "St Mary Hospital")
    assert list(link.parts) == ["medicines", "lab results"]
    assert link.purpose == "your treatment"
    assert len(link.opened) == 3
    assert link.state == "open"
    assert "your contract" in link.basis


def test_what_a_program_read_is_a_line_of_its_own_and_says_so(cast: Cast, amara: Client) -> None:
    cast.grant(cast.doctor, "lab-results")
    for client in ("session", "token:assent_abcdef", "app:somewhere"):
        chart(
            caller=replace(cast.doctor, client=client),
            tenant=cast.hospital.id,
            person=cast.person,
            category="lab-results",
        )
    page = amara.get(reverse("patients:history"))
    links = [link for day in page.context["days"] for link in day.links]
    assert [(link.automated, link.state == "open", len(link.opened)) for link in links] == [
        (True, False, 1),
        (False, True, 1),
    ]
    assert links[0].things == 2
    assert "A program of theirs read your <b>lab results</b>" in page.content.decode()
    assert "2 times" in page.content.decode()


def test_a_refusal_says_that_nothing_was_shown(cast: Cast, amara: Client) -> None:
    with pytest.raises(Denied):
        chart(caller=cast.outsider, tenant=cast.hospital.id, person=cast.person, category="lab-results")
    (link,) = visits(amara)
    assert (link.kind, link.state, link.who) == ("refused", "pending", "Dr Ole Fremd")
    assert "nothing was shown" in amara.get(reverse("patients:history")).content.decode()


def test_an_emergency_is_marked_and_gives_its_reason(cast: Cast, amara: Client) -> None:
    cast.break_glass("Brought in unconscious.")
    (opened,) = visits(amara)
    assert (opened.kind, opened.who, opened.place) == ("emergency", "Dr Jonas Okafor", "St Mary Hospital")
    chart(caller=cast.doctor, tenant=cast.hospital.id, person=cast.person, category="medicines")
    (link,) = visits(amara)
    assert link.reason == "Brought in unconscious."
    assert list(link.parts) == ["personal details", "medicines"]  # the head of the page names her


def test_ones_own_looks_are_in_the_history_but_not_on_home(cast: Cast, amara: Client) -> None:
    amara.get(reverse("patients:record"))
    assert {link.who for link in visits(amara)} == {"You"}
    assert amara.get(reverse("patients:home")).context["links"] == []


def test_a_visit_is_open_for_some_minutes_only(
    cast: Cast, amara: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast.grant(cast.doctor, "lab-results")
    chart(caller=cast.doctor, tenant=cast.hospital.id, person=cast.person, category="lab-results")
    assert visits(amara)[0].state == "open"
    from django.utils import timezone

    later = timezone.now() + VIEWING + timedelta(seconds=1)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert visits(amara)[0].state == "pending"


def test_a_cursor_that_nobody_gave_reads_as_none(amara: Client) -> None:
    amara.get(reverse("patients:record"))
    for cursor in ("x", "st-mary:-1", "st-mary:9" * 50, "\x00", "elsewhere:3"):
        assert amara.get(reverse("patients:history"), {"before": cursor}).status_code == 200


def test_the_live_lines_are_the_lines_of_the_page(cast: Cast, amara: Client) -> None:
    cast.grant(cast.doctor, "lab-results")
    chart(caller=cast.doctor, tenant=cast.hospital.id, person=cast.person, category="lab-results")
    page = amara.get(reverse("patients:history")).content.decode()
    lines = amara.get(reverse("patients:history_lines")).content.decode()
    assert "<html" not in lines
    assert lines.strip() in page


def test_visits_of_two_organisations_stay_apart(cast: Cast) -> None:
    for where in (cast.hospital, cast.practice):
        cast.grant(cast.doctor, "lab-results", custodian=where)
        chart(caller=cast.doctor, tenant=where.id, person=cast.person, category="lab-results")
    page = looks.newest(cast.amara, registrations(cast.person))
    links = visits_of(page.looks, reader=cast.amara.user)
    assert len(links) == len({link.entry for link in links}) == 2


def test_a_line_that_waits_says_so(cast: Cast, amara: Client) -> None:
    amara.get(reverse("patients:record"))
    entry = newest_entry(cast, cast.hospital)
    page = amara.get(reverse("patients:entry", args=[cast.hospital.slug, entry]))
    assert page.context["path"] is None
    assert [check.state for check in page.context["checks"]] == ["holds", "wait"]


@pytest.mark.django_db(transaction=True)
def test_a_receipt_that_is_not_ready_asks_for_patience(
    cast: Cast, amara: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.patients.views.history.RECEIPT_WAIT_SECONDS", 0.05)
    amara.get(reverse("patients:record"))
    entry = newest_entry(cast, cast.hospital)
    answer = amara.get(reverse("patients:receipt", args=[cast.hospital.slug, entry]))
    assert answer.status_code == 409


@pytest.mark.django_db(transaction=True)
class TestSealed:
    """What the sequencer has taken in."""

    def test_the_receipt_holds_without_us(
        self, cast: Cast, amara: Client, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        amara.get(reverse("patients:record"))
        drain()
        entry = newest_entry(cast, cast.hospital)
        page = amara.get(reverse("patients:entry", args=[cast.hospital.slug, entry]))
        assert [check.state for check in page.context["checks"]] == ["holds"] * 3
        answer = amara.get(page.context["receipt_url"])
        assert answer["Content-Disposition"].endswith('.tlog-proof"')
        command = page.context["says_how"].replace("\\\n", "").split()
        file = tmp_path / command[3]
        file.write_bytes(answer.content)
        assert verify([str(file), *[word.strip("'") for word in command[4:]]]) == 0
        assert "holds" in capsys.readouterr().out

    def test_a_sealed_visit_offers_its_receipt(self, cast: Cast, amara: Client) -> None:
        with pytest.raises(Denied):
            chart(caller=cast.outsider, tenant=cast.hospital.id, person=cast.person)
        drain()
        (link,) = visits(amara)
        assert link.state == "sealed"
        assert amara.get(link.receipt_url).status_code == 200
        contract = cast.grant(cast.doctor, "lab-results")
        drain()
        life = amara.get(reverse("patients:contract", args=[contract.id])).context["facts"][2:]
        assert [amara.get(fact.url).status_code for fact in life] == [200, 200, 200]

    def test_pages_lead_through_the_whole_history_without_gap_or_double(self, cast: Cast) -> None:
        cast.grant(cast.doctor, "lab-results")
        for _ in range(5):
            chart(caller=cast.doctor, tenant=cast.hospital.id, person=cast.person, category="lab-results")
        drain()
        where = registrations(cast.person)
        whole = [look.access.entry for look in looks.newest(cast.amara, where).looks]
        found, cursor = [], ""
        while True:
            page = looks.newest(cast.amara, where, cursor=cursor, limit=2)
            found += [look.access.entry for look in page.looks]
            if not page.older:
                break
            cursor = page.older
        assert len(whole) == 5
        assert found == whole
