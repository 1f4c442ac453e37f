"""What an auditor sees of a log."""

import contextlib
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from consent import services as consent
from ledger import selectors, verify
from ledger.scope import tenant_scope
from portal.records.errors import Denied
from portal.records.services import chart
from tests.auditors.conftest import Seal
from tests.cast import Cast
from tests.staff import few_queries, sign_in, text


@pytest.fixture
def story(cast: Cast, seal: Seal) -> Cast:
    """A permitted access, a refused one, and an emergency, all sealed."""
    cast.grant(cast.doctor, "lab-results")
    chart(caller=cast.doctor, tenant=cast.hospital.id, person=cast.person, category="lab-results")
    with contextlib.suppress(Denied):
        chart(caller=cast.outsider, tenant=cast.hospital.id, person=cast.person)
    with tenant_scope(cast.hospital.id):
        consent.open_emergency(
            person=cast.person,
            actor=cast.family_doctor.user,
            organisation=cast.practice.id,
            role="clinician",
            strong=True,
            reason_code="unconscious",
            reason="Brought in with very low blood sugar.",
        )
    chart(caller=cast.family_doctor, tenant=cast.hospital.id, person=cast.person, category="medicines")
    seal(cast.hospital)
    return cast


@pytest.fixture
def auditor(story: Cast) -> Client:
    return sign_in(story.auditor)


def status(cast: Cast) -> str:
    return reverse("auditors:status", args=[cast.hospital.slug])


def found(client: Client, cast: Cast, **asked: str) -> Any:
    return client.get(reverse("auditors:search", args=[cast.hospital.slug]), asked)


def newest(cast: Cast, *types: str) -> UUID:
    with tenant_scope(cast.hospital.id):
        return selectors.search_entries(types=types or None, limit=1)[0].id


def entry(cast: Cast, *types: str) -> str:
    return reverse("auditors:entry", args=[cast.hospital.slug, newest(cast, *types)])


def test_the_log_at_a_glance(story: Cast, auditor: Client) -> None:
    said = text(auditor.get(status(story)))
    with tenant_scope(story.hospital.id):
        state = selectors.log_status()
    assert state.origin in said
    assert state.vkey in said
    assert "nothing waits" in said
    assert "Alarm None" in said
    assert "Witnesses 0 of 0" in said
    assert "Last full verification None" in said
    assert "not been verified" in said


def test_an_alarm_is_not_overlooked(story: Cast, auditor: Client, administrator: Any) -> None:
    administrator.execute(
        "UPDATE ledger_log SET alarm = 'tree-broken', read_only = true WHERE tenant_id = %s",
        [story.hospital.id],
    )
    said = text(auditor.get(status(story)))
    assert "The log does not hold" in said
    assert "tree-broken" in said


def test_accesses_are_found_by_kind(story: Cast, auditor: Client) -> None:
    refused = text(found(auditor, story, kind="refused"))
    assert "Dr Ole Fremd" in refused.partition("Entries, newest first")[2]
    assert "Dr Jonas Okafor" not in refused.partition("Entries, newest first")[2]
    emergencies = text(found(auditor, story, kind="emergencies"))
    assert "Emergency access opened" in emergencies
    assert "Access in an emergency" in emergencies


def test_accesses_are_found_by_who(story: Cast, auditor: Client) -> None:
    said = text(found(auditor, story, who=str(story.outsider.user))).partition("Entries, newest first")[2]
    assert "Dr Ole Fremd" in said
    assert "Dr Helen Brandt" not in said


def test_accesses_are_found_by_day(story: Cast, auditor: Client) -> None:
    assert "No entry fits this search" in text(found(auditor, story, until="2020-01-01"))
    assert "Entries, newest first" in text(found(auditor, story, since="2020-01-01"))
    assert "There is a problem" in text(found(auditor, story, since="2020-01-02", until="2020-01-01"))


def test_a_long_list_goes_on_where_it_stopped(
    story: Cast, auditor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.auditors.views.PAGE", 3)
    first = found(auditor, story)
    older = first.context["older_url"]
    assert len(first.context["rows"]) == 3
    second = auditor.get(reverse("auditors:search", args=[story.hospital.slug]) + older)
    assert second.context["rows"][0].index == first.context["rows"][-1].index - 1


def test_an_entry_is_drawn_with_its_path_and_checked(story: Cast, auditor: Client) -> None:
    answer = auditor.get(entry(story, "access.permitted"))
    said = text(answer)
    assert "Proved, signed root" in said
    assert "Dr Jonas Okafor" in said
    assert 'class="proof"' in answer.content.decode()


@pytest.mark.parametrize("kind", ["access.permitted", "access.denied", "access.emergency", "contract.signed"])
def test_no_entry_shows_what_a_record_says(story: Cast, auditor: Client, kind: str) -> None:
    said = text(auditor.get(entry(story, kind)))
    for clinical in ("low blood sugar", "hba1c", "Metformin", "amara", "Lindgren"):
        assert clinical not in said


def test_the_receipt_verifies_by_the_very_command_that_is_shown(
    story: Cast,
    auditor: Client,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    page = auditor.get(entry(story, "access.denied"))
    answer = auditor.get(page.context["receipt_url"])
    name = answer["Content-Disposition"].partition('filename="')[2].rstrip('"')
    (tmp_path / name).write_bytes(answer.content)
    monkeypatch.chdir(tmp_path)
    python, dash_m, module, *arguments = page.context["command"].replace("'", "").split()
    assert (python, dash_m, module) == ("python", "-m", "ledger.verify")
    assert verify.main(arguments) == 0
    assert "holds" in capsys.readouterr().out


def test_an_entry_that_was_changed_is_said_not_to_hold(
    story: Cast, auditor: Client, administrator: Any
) -> None:
    changed = newest(story, "access.denied")
    administrator.execute("SET session_replication_role = replica")
    administrator.execute(
        "UPDATE ledger_entry SET body = set_byte(body, 60, get_byte(body, 60) # 1) WHERE submission_id = %s",
        [changed],
    )
    administrator.execute("RESET session_replication_role")
    said = text(auditor.get(reverse("auditors:entry", args=[story.hospital.slug, changed])))
    assert "Does not hold" in said
    assert "Proved" not in said


def test_an_entry_that_waits_says_so(story: Cast, auditor: Client) -> None:
    chart(caller=story.doctor, tenant=story.hospital.id, person=story.person, category="lab-results")
    with tenant_scope(story.hospital.id):
        waiting = selectors.subject_entries(subject=story.person, limit=1)[0].id
    page = reverse("auditors:entry", args=[story.hospital.slug, waiting])
    assert "Being sealed" in text(auditor.get(page)) or "Proved" in text(auditor.get(page))


def test_an_entry_of_another_log_is_not_there(story: Cast, seal: Seal) -> None:
    seal(story.practice)
    client = sign_in(story.regulator)
    foreign = newest(story)
    assert client.get(reverse("auditors:entry", args=[story.hospital.slug, foreign])).status_code == 200
    assert client.get(reverse("auditors:entry", args=[story.practice.slug, foreign])).status_code == 404
    assert client.get(reverse("auditors:receipt", args=[story.practice.slug, foreign])).status_code == 404


def test_a_page_asks_the_database_little(story: Cast, auditor: Client) -> None:
    for page in (status(story), reverse("auditors:search", args=[story.hospital.slug]), entry(story)):
        auditor.get(page)
        with few_queries():
            auditor.get(page)


def test_a_patient_who_reads_her_own_record_is_not_named(story: Cast, seal: Seal) -> None:
    chart(caller=story.amara, tenant=story.hospital.id, person=story.person, category="lab-results")
    seal(story.hospital)
    client = sign_in(story.auditor)
    for page in (
        client.get(status(story)),
        found(client, story),
        client.get(entry(story, "access.permitted")),
    ):
        assert "Lindgren" not in text(page)
    assert "Acting as patient" in text(page)
