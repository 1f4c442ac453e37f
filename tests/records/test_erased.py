"""After a person was erased at an organisation: its pages answer in a sentence, and its ledger still holds."""

from contextlib import suppress
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from ledger.erasure import erase_subject
from ledger.errors import SubjectErased
from ledger.sequencing import drain
from portal.accounts.identity import Caller
from portal.records import services
from portal.records.errors import UnknownRecord
from tests.cast import PASSWORD, PATIENT, Cast, account_of

pytestmark = pytest.mark.django_db(databases=["default", "sequencer", "owner"], transaction=True)


@pytest.fixture
def erased(cast: Cast, settings: Settings, tmp_path: Path, no_other_sequencer: None) -> Cast:
    """Amara is erased at the hospital after some accesses; at her family doctor's practice nothing changed."""
    settings.ASSENT_SIGNER_DIR = tmp_path / "signer"
    cast.grant(cast.doctor, "laboratory")
    for caller in (cast.amara, cast.doctor):
        services.read(caller=caller, tenant=cast.hospital.id, type="Observation", id=f"{PATIENT}-hba1c-2")
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


def named(administrator: Any, cast: Cast, tenant: UUID) -> set[str]:
    """The tables with a row of this tenant that has her id in any column."""
    columns = administrator.execute(
        "SELECT a.table_name, a.column_name FROM information_schema.columns a"
        " JOIN information_schema.columns b USING (table_schema, table_name)"
        " WHERE table_schema = 'public' AND a.data_type = 'uuid' AND b.column_name = 'tenant_id'"
    ).fetchall()
    return {
        table
        for table, column in columns
        if administrator.execute(
            f'SELECT 1 FROM "{table}" WHERE tenant_id = %s AND "{column}" = %s LIMIT 1', [tenant, cast.person]
        ).fetchone()
    }


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
    assert named(administrator, erased, erased.hospital.id) == {"ledger_erasure"}
    assert named(administrator, erased, erased.practice.id) >= {"accounts_registration", "records_version"}
    ((left,),) = administrator.execute("SELECT count(*) FROM records_chunk").fetchall()
    assert left == 1  # at the practice


def test_what_an_old_copy_brings_back_goes_with_a_repetition(erased: Cast, administrator: Any) -> None:
    back = "INSERT INTO accounts_registration VALUES (gen_random_uuid(), 'again', 'again', now(), %s, %s)"
    administrator.execute(back, [erased.person, erased.hospital.id])
    with pytest.raises(SubjectErased):
        erase_subject(tenant=erased.hospital.id, subject=erased.person)
    assert named(administrator, erased, erased.hospital.id) == {"ledger_erasure"}


def test_what_keeps_rows_from_being_deleted_stands_again(erased: Cast, administrator: Any) -> None:
    off = administrator.execute("SELECT tgname FROM pg_trigger WHERE tgenabled = 'D'").fetchall()
    assert off == []


def test_a_replay_says_how_many_decisions_were_about_somebody_who_is_gone(erased: Cast) -> None:
    out = StringIO()
    call_command("replay_decisions", "--tenant", erased.hospital.slug, stdout=out)
    assert "0 same, 0 differ, 3 unreplayable" in out.getvalue()


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
