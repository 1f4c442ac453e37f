"""What a superuser changes among contracts behind the log's back is found by holding rows against entries."""

from typing import Any

import psycopg
import pytest

from consent import services
from consent.verifying import verify_consent
from ledger.sequencing import drain
from tests.consent import cast
from tests.consent.doings import granted, granted_and_over

pytestmark = pytest.mark.django_db(transaction=True)


def found() -> list[str]:
    with cast.at_st_mary():
        return [finding.kind for finding in verify_consent(cast.ST_MARY)]


@pytest.fixture
def busy(logs: None) -> None:
    """One contract of each kind, a session that was ended, one that runs, and a base policy."""
    with cast.at_st_mary():
        granted()
        services.revoke(contract=granted().id, actor=cast.PATIENT_USER)
        granted_and_over()
        services.end_emergency(
            session=services.open_emergency(**cast.EMERGENCY).id, actor=cast.DOCTOR_ELSEWHERE
        )
        services.open_emergency(**cast.EMERGENCY)
        services.set_base_policy(variant="opt-out-treatment", actor=cast.ADMINISTRATOR)
    services.expire_due(cast.ST_MARY)


@pytest.mark.usefixtures("busy")
def test_nothing_is_found_where_nothing_was_touched() -> None:
    assert found() == [], "while all entries still wait for their index"
    drain()
    assert found() == []
    with cast.at_st_mary():
        granted()
    assert found() == [], "while one of them waits"


@pytest.mark.usefixtures("busy")
@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("UPDATE consent_contract SET state = 'active' WHERE state = 'revoked'", "contract-state"),
        ("UPDATE consent_contract SET state = 'active' WHERE state = 'expired'", "contract-state"),
        ("UPDATE consent_contract SET sentence = 'x' WHERE state = 'active'", "contract-altered"),
        (
            "UPDATE consent_contract SET terms = '{}' WHERE state = 'active'",
            "contract-altered",
        ),
        ("DELETE FROM consent_contract WHERE state = 'revoked'", "contract-missing"),
        ("UPDATE consent_emergencysession SET ended_at = NULL WHERE ended_at IS NOT NULL", "emergency-state"),
        (
            "UPDATE consent_emergencysession SET id = gen_random_uuid() WHERE ended_at IS NULL",
            "emergency-state",
        ),
        ("UPDATE consent_basepolicy SET cedar = ''", "base-policy-altered"),
    ],
)
def test_a_change_behind_the_logs_back_is_found(
    administrator: psycopg.Connection[Any], statement: str, kind: str
) -> None:
    drain()
    administrator.execute("SET session_replication_role = replica")
    changed = administrator.execute(statement.encode())
    assert changed.rowcount == 1
    assert found() == [kind]
