"""Records that an older version stored are found again once `manage.py reindex` has been over them."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from portal.records import reindexing, services
from tests.cast import PATIENT, Cast
from tests.records.test_tampering import FLIP, as_attacker

OLD = "UPDATE records_resource SET indexed = 0; DELETE FROM records_token; DELETE FROM records_span"


def reindex(cast: Cast) -> str:
    out = StringIO()
    call_command("reindex", "--tenant", cast.hospital.slug, stdout=out)
    return out.getvalue()


def found(cast: Cast) -> int:
    params = {"patient": [PATIENT], "code": ["59261-8"], "date": ["2026"]}
    result = services.search(caller=cast.amara, tenant=cast.hospital.id, type="Observation", params=params)
    return len(result.records)


def forget(administrator: Any) -> None:
    with as_attacker(administrator) as attacker:
        for statement in OLD.split(";"):
            attacker.execute(statement)


def test_everything_is_found_again(cast: Cast, administrator: Any) -> None:
    assert found(cast) == 2
    forget(administrator)
    assert found(cast) == 0
    waiting = reindexing.outdated(tenant=cast.hospital.id)
    assert f"{waiting} records indexed" in reindex(cast)
    assert found(cast) == 2
    assert "0 records indexed" in reindex(cast)


def test_it_goes_on_where_it_was_interrupted(
    cast: Cast, administrator: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget(administrator)
    monkeypatch.setattr(reindexing, "BATCH", 5)
    waiting = reindexing.outdated(tenant=cast.hospital.id)

    def killed(done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        reindexing.reindex(tenant=cast.hospital.id, progress=killed)
    assert reindexing.outdated(tenant=cast.hospital.id) == waiting - 5
    assert reindexing.reindex(tenant=cast.hospital.id) == (waiting - 5, 0)


def test_a_record_that_was_changed_is_left_and_said(cast: Cast, administrator: Any) -> None:
    forget(administrator)
    with as_attacker(administrator) as attacker:
        attacker.execute(
            f"UPDATE records_version SET sealed = {FLIP} WHERE fhir_id = %s", [f"{PATIENT}-ldl-1"]
        )
    with pytest.raises(CommandError, match="did not open"):
        reindex(cast)
    assert found(cast) == 2
