"""After a person was erased at an organisation: its pages answer in a sentence, and its ledger still holds."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from io import BytesIO, StringIO
from pathlib import Path
from threading import Event
from time import sleep
from typing import Any
from uuid import UUID

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import DatabaseError, connection, connections
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import Settings

from consent.restriction import Restriction
from consent.services import offer_share, place_restriction
from ledger.erasure import erase_subject
from ledger.errors import SubjectErased
from ledger.scope import tenant_scope
from ledger.sequencing import drain
from portal.accounts.identity import Caller
from portal.cases.services import request_correction
from portal.inspections import archives
from portal.records import services, writing
from portal.records.errors import UnknownRecord
from portal.records.tasks import export
from portal.subscriptions.services import Wanted, subscribe
from tests.cast import PASSWORD, PATIENT, Cast, account_of, lab, store

pytestmark = pytest.mark.django_db(databases=["default", "sequencer", "owner"], transaction=True)


# That she was erased; and an export's list of whose records were asked for, until it is deleted.
LEFT = {"ledger_erasure", "records_export"}


@pytest.fixture
def erased(cast: Cast, settings: Settings, tmp_path: Path, no_other_sequencer: None) -> Cast:
    """Amara is erased at the hospital after some accesses; at her family doctor's practice nothing changed."""
    settings.ASSENT_SIGNER_DIR = tmp_path / "signer"
    cast.grant(cast.doctor, "laboratory")
    for caller in (cast.amara, cast.doctor):
        services.read(caller=caller, tenant=cast.hospital.id, type="Observation", id=f"{PATIENT}-hba1c-2")
    much_about_her(cast)
    for place in (cast.hospital, cast.practice):
        cast.grant(cast.doctor, "documents", actions=("read", "write"), custodian=place)
        services.create_document(
            caller=cast.doctor,
            tenant=place.id,
            patient=PATIENT,
            media_type="application/pdf",
            content=BytesIO(b"%PDF-1.4 a letter"),
        )
    erase_subject(tenant=cast.hospital.id, subject=cast.person)
    drain()
    return cast


def much_about_her(cast: Cast) -> None:
    """One of each that an organisation keeps of a patient beside the log."""
    cast.break_glass()
    with tenant_scope(cast.hospital.id):
        place_restriction(
            terms=Restriction(cast.hospital.id, cast.person, "endangers-life", categories=["messages"]),
            reason="Her doctor expects her to harm herself.",
            actor=cast.privacy_officer.user,
        )
        request_correction(
            person=cast.person,
            actor=cast.amara.user,
            record_type="MedicationRequest",
            record_id=f"{PATIENT}-metformin",
            words="I take 850 mg, not 500 mg.",
        )
        offer_share(person=cast.person, actor=cast.amara.user, categories=["lab-results"])
    services.start_export(caller=cast.amara, tenant=cast.hospital.id, request="https://x/$export")
    for job in ProcrastinateJob.objects.filter(status="todo", task_name="records.export"):
        export(**job.args)
    archives.start(caller=cast.auditor, tenant=cast.hospital.id, span=archives.Span(person=cast.person))
    wanted = Wanted("changed", PATIENT, "websocket", "id-only", "To keep my own copy")
    subscribe(caller=cast.amara, tenant=cast.hospital.id, wanted=wanted, base="https://x/fhir")


def named(administrator: Any, cast: Cast, tenant: UUID) -> set[str]:
    """The tables with a row of this tenant in which her id stands anywhere."""
    tables = administrator.execute(
        "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public'"
        " AND column_name = 'tenant_id' AND table_name NOT LIKE 'ledger_entry_p%'"
    ).fetchall()
    return {
        table
        for (table,) in tables
        if administrator.execute(
            f'SELECT 1 FROM "{table}" t WHERE tenant_id = %s AND t::text LIKE %s LIMIT 1',
            [tenant, f"%{cast.person}%"],
        ).fetchone()
    }


def in_thread(call: Any, *args: Any, **given: Any) -> Any:
    try:
        return call(*args, **given)
    finally:
        for alias in connections:
            connections[alias].close()


def erasing(cast: Cast) -> bool:
    with tenant_scope(cast.hospital.id), connection.cursor() as cursor:
        cursor.execute("SELECT FROM ledger_erasure WHERE party = %s", [cast.person])
        return cursor.fetchone() is not None


def browser(caller: Caller) -> Client:
    cache.clear()  # the limit of log-ins a minute counts all tests together
    client = Client()
    form = {"login": account_of(caller).email, "password": PASSWORD}
    assert client.post(reverse("account_login"), form).status_code == 302
    return client


def test_everything_that_is_stored_still_verifies(erased: Cast) -> None:
    out = StringIO()
    with suppress(SystemExit):
        call_command("verify_ledger", "--tenant", erased.hospital.slug, stdout=out)
    assert "holds" in out.getvalue()


def test_her_records_are_gone_as_if_they_had_never_been_here(erased: Cast) -> None:
    for caller in (erased.doctor, erased.amara):
        for key in (f"{PATIENT}-hba1c-2", "never-was"):
            with pytest.raises(UnknownRecord):
                services.read(caller=caller, tenant=erased.hospital.id, type="Observation", id=key)


def test_no_table_names_her_there_any_more_but_the_one_that_says_so(erased: Cast, administrator: Any) -> None:
    assert named(administrator, erased, erased.hospital.id) == LEFT
    assert named(administrator, erased, erased.practice.id) >= {"accounts_registration", "records_version"}
    ((left,),) = administrator.execute("SELECT count(*) FROM records_chunk").fetchall()
    assert left == 1  # at the practice


def test_what_an_old_copy_brings_back_goes_with_a_repetition(erased: Cast, administrator: Any) -> None:
    back = "INSERT INTO accounts_registration VALUES (gen_random_uuid(), 'again', 'again', now(), %s, %s)"
    administrator.execute(back, [erased.person, erased.hospital.id])
    with pytest.raises(SubjectErased):
        erase_subject(tenant=erased.hospital.id, subject=erased.person)
    assert named(administrator, erased, erased.hospital.id) == LEFT


@pytest.mark.parametrize("table", ["records_version", "consent_epoch"])
def test_the_rows_of_others_are_kept_from_their_owner_too(erased: Cast, table: str) -> None:
    with (
        pytest.raises(DatabaseError, match=r"append-only|are kept"),
        tenant_scope(erased.practice.id, using="owner"),
        connections["owner"].cursor() as cursor,
    ):
        cursor.execute(f"DELETE FROM {table} WHERE person = %s", [erased.person])


def test_what_somebody_was_storing_when_the_erasure_began_goes_too(cast: Cast, administrator: Any) -> None:
    """The entry about her is written before the note stands, the record after it."""
    began, stored = Event(), Event()
    add = writing.add

    def slowly(*args: Any) -> Any:
        began.set()
        assert stored.wait(20)
        return add(*args)

    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor() as pool:
        patch.setattr(writing, "add", slowly)
        writer = pool.submit(in_thread, store, cast.hospital, lab(PATIENT, "late", "1-8", 1, "2026-01-01"))
        assert began.wait(20)
        eraser = pool.submit(in_thread, erase_subject, tenant=cast.hospital.id, subject=cast.person)
        while not erasing(cast):
            sleep(0.02)
        stored.set()
        writer.result(30), eraser.result(30)
    assert named(administrator, cast, cast.hospital.id) == {"ledger_erasure"}


def test_a_replay_says_how_many_decisions_were_about_somebody_who_is_gone(erased: Cast) -> None:
    out = StringIO()
    call_command("replay_decisions", "--tenant", erased.hospital.slug, stdout=out)
    assert "0 same, 0 differ, 6 unreplayable" in out.getvalue()


@pytest.mark.parametrize("name", ["home", "looks", "record", "sharing", "history", "people"])
def test_no_page_of_hers_breaks(erased: Cast, name: str) -> None:
    assert browser(erased.amara).get(reverse(f"patients:{name}")).status_code in (200, 410)


def test_nor_does_one_of_her_doctors(erased: Cast) -> None:
    client = browser(erased.doctor)
    place = [erased.hospital.slug]
    for address in (reverse("providers:worklist", args=place), reverse("providers:find", args=place)):
        assert client.get(address).status_code == 200
    found = client.post(reverse("providers:find", args=place), {"family": "Lindgren", "born": "1979-03-04"})
    assert found.status_code < 500
    api = client.get(f"/fhir/{erased.hospital.slug}/Observation/{PATIENT}-hba1c-2")
    assert api.status_code < 500
