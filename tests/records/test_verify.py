"""`verify_ledger` compares what is stored of records with what the sequenced entries name."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from pytest_django import Settings

from ledger.sequencing import drain
from tests.cast import PATIENT, Cast, lab, store
from tests.records.test_tampering import FLIP, as_attacker

LAB = f"{PATIENT}-hba1c-2"


@pytest.fixture
def sequenced(cast: Cast, settings: Settings, tmp_path: Path) -> Cast:
    """Everything that happened has its index and is under a signed checkpoint."""
    settings.ASSENT_SIGNER_DIR = tmp_path / "signer"
    for value in (1, 2):
        store(cast.hospital, lab(PATIENT, "changed", "1-8", value, "2026-01-01"))
    drain()
    return cast


def verify(cast: Cast) -> str:
    """What the command says; its exit status goes with it."""
    out = StringIO()
    try:
        call_command("verify_ledger", "--tenant", cast.hospital.slug, stdout=out)
    except SystemExit as status:
        assert status.code == 1
        assert "BROKEN" in out.getvalue()
    else:
        assert "holds" in out.getvalue()
    return out.getvalue()


def test_records_that_were_left_alone_hold(sequenced: Cast) -> None:
    assert "holds" in verify(sequenced)


@pytest.mark.parametrize(
    ("attack", "kind"),
    [
        (f"UPDATE records_version SET sealed = {FLIP} WHERE fhir_id = %s", "record-changed at index"),
        ("UPDATE records_version SET labels = '{PSY}' WHERE fhir_id = %s", "record-columns-changed at index"),
        ("UPDATE records_version SET date = now() WHERE fhir_id = %s", "record-columns-changed at index"),
        ("DELETE FROM records_version WHERE fhir_id = %s", "record-missing at index"),
        ("UPDATE records_resource SET category = 'visits' WHERE fhir_id = %s", "record-"),
    ],
)
def test_the_first_break_is_named(sequenced: Cast, administrator: Any, attack: str, kind: str) -> None:
    with as_attacker(administrator) as attacker:
        attacker.execute(attack, [LAB])
    assert kind in verify(sequenced)


def test_a_record_that_was_set_back_to_an_older_version_is_found(sequenced: Cast, administrator: Any) -> None:
    with as_attacker(administrator) as attacker:
        attacker.execute("UPDATE records_resource SET version = 1 WHERE fhir_id = %s", [f"{PATIENT}-changed"])
    assert "record-" in verify(sequenced)
