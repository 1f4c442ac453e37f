"""After a person was erased at an organisation: its pages answer in a sentence, and its ledger still holds."""

from contextlib import suppress
from io import StringIO
from pathlib import Path

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
from tests.cast import PASSWORD, PATIENT, Cast, account_of

pytestmark = pytest.mark.django_db(databases=["default", "sequencer", "owner"], transaction=True)


@pytest.fixture
def erased(cast: Cast, settings: Settings, tmp_path: Path, no_other_sequencer: None) -> Cast:
    """Amara is erased at the hospital after some accesses; at her family doctor's practice nothing changed."""
    settings.ASSENT_SIGNER_DIR = tmp_path / "signer"
    cast.grant(cast.doctor, "laboratory")
    for caller in (cast.amara, cast.doctor):
        services.read(caller=caller, tenant=cast.hospital.id, type="Observation", id=f"{PATIENT}-hba1c-2")
    erase_subject(tenant=cast.hospital.id, subject=cast.person)
    drain()
    return cast


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


def test_her_records_are_refused_with_a_sentence_and_not_called_tampered(erased: Cast) -> None:
    for caller in (erased.doctor, erased.amara):
        with pytest.raises(SubjectErased, match="erased"):
            services.read(
                caller=caller, tenant=erased.hospital.id, type="Observation", id=f"{PATIENT}-hba1c-2"
            )
    assert services.who_has_seen(caller=erased.amara, tenant=erased.hospital.id) == []


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
