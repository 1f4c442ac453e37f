"""What a superuser changes among contracts behind the log's back is found by holding rows against entries."""

import threading
from typing import Any

import psycopg
import pytest
from django.db import connection

from consent import services
from consent.policy_sets import standing_code
from consent.restriction import Restriction
from consent.verifying import verify_consent
from ledger.audit.snapshot import open_snapshot
from ledger.sequencing import drain
from tests.consent import cast
from tests.consent.doings import granted, granted_and_over

IN_FORCE, RUNS, HOLDS = "WHERE state = 'active'", "WHERE ended_at IS NULL", "WHERE lifted_at IS NULL"
EMPTY = standing_code("base", "").hash
ANOTHER_POLICY = """
INSERT INTO consent_basepolicy (id, tenant_id, version, variant, cedar, code_hash, set_at, set_by)
SELECT gen_random_uuid(), tenant_id, 2, variant, cedar, code_hash, set_at, set_by FROM consent_basepolicy
"""

pytestmark = pytest.mark.django_db(transaction=True)


def found() -> list[str]:
    with cast.at_st_mary():
        return [finding.kind for finding in verify_consent(cast.ST_MARY)]


@pytest.fixture
def busy(logs: None) -> None:
    """One contract of each kind, a session that was ended and one that runs, restrictions likewise, a base policy."""
    with cast.at_st_mary():
        granted()
        services.revoke(contract=granted().id, actor=cast.PATIENT_USER)
        granted_and_over()
        services.end_emergency(
            session=services.open_emergency(**cast.EMERGENCY).id, actor=cast.DOCTOR_ELSEWHERE
        )
        services.open_emergency(**cast.EMERGENCY)
        services.set_base_policy(variant="opt-out-treatment", actor=cast.ADMINISTRATOR)
        for basis in ("objection", "endangers-life"):
            terms = Restriction(cast.ST_MARY, cast.PATIENT, basis, ["visits"])
            row = services.place_restriction(
                terms=terms, reason="As her doctor asked.", actor=cast.PRIVACY_OFFICER
            )
        services.lift_restriction(restriction=row.id, actor=cast.PRIVACY_OFFICER)
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
        ("DELETE FROM consent_emergencysession WHERE ended_at IS NULL", "emergency-missing"),
        (f"UPDATE consent_emergencysession SET person = '{cast.NEIGHBOUR}' {RUNS}", "emergency-state"),
        (f"UPDATE consent_emergencysession SET actor = '{cast.OUTSIDER}' {RUNS}", "emergency-state"),
        (f"UPDATE consent_emergencysession SET organisation = '{cast.ST_MARY}' {RUNS}", "emergency-state"),
        (f"UPDATE consent_emergencysession SET starts = starts + interval '1 s' {RUNS}", "emergency-state"),
        (f"UPDATE consent_emergencysession SET ends = ends - interval '1 s' {RUNS}", "emergency-state"),
        (f"UPDATE consent_contract SET grantee = '{cast.OUTSIDER}' {IN_FORCE}", "contract-columns"),
        (f"UPDATE consent_contract SET grantee_kind = 'person' {IN_FORCE}", "contract-columns"),
        (f"UPDATE consent_contract SET starts = proposed_at {IN_FORCE}", "contract-columns"),
        (f"UPDATE consent_contract SET ends = ends - interval '1 s' {IN_FORCE}", "contract-columns"),
        (f"UPDATE consent_contract SET person = '{cast.NEIGHBOUR}' {IN_FORCE}", "contract-state"),
        ("UPDATE consent_basepolicy SET cedar = ''", "base-policy-altered"),
        ("UPDATE consent_basepolicy SET variant = 'deny'", "base-policy-altered"),
        (f"UPDATE consent_basepolicy SET cedar = '', code_hash = '{EMPTY}'", "base-policy-altered"),
        ("UPDATE consent_basepolicy SET version = 2", "base-policy-altered"),
        ("DELETE FROM consent_basepolicy", "base-policy-missing"),
        (ANOTHER_POLICY, "base-policy-altered"),
        (
            f"UPDATE consent_restriction SET lifted_at = now(), lifted_by = placed_by {HOLDS}",
            "restriction-state",
        ),
        (f"UPDATE consent_restriction SET person = '{cast.NEIGHBOUR}' {HOLDS}", "restriction-state"),
        (f"UPDATE consent_restriction SET terms = '{{}}' {HOLDS}", "restriction-state"),
        ("DELETE FROM consent_restriction WHERE lifted_at IS NOT NULL", "restriction-missing"),
    ],
)
def test_a_change_behind_the_logs_back_is_found(
    administrator: psycopg.Connection[Any], statement: str, kind: str
) -> None:
    drain()
    administrator.execute("SET session_replication_role = replica")
    changed = administrator.execute(statement.encode())
    assert changed.rowcount == 1
    assert found()[:1] == [kind]


@pytest.mark.usefixtures("busy")
def test_a_verification_that_takes_long_keeps_nobody_from_revoking() -> None:
    """Even where a row and its newest sequenced entry do not agree yet."""
    drain()
    with cast.at_st_mary():
        services.revoke(contract=granted().id, actor=cast.PATIENT_USER)
        contract = granted()
    revoked = threading.Event()

    def revoke() -> None:
        with cast.at_st_mary():
            services.revoke(contract=contract.id, actor=cast.PATIENT_USER)
        revoked.set()
        connection.close()

    patient = threading.Thread(target=revoke)
    with open_snapshot(cast.ST_MARY):
        assert list(verify_consent(cast.ST_MARY)) == []
        patient.start()
        assert revoked.wait(timeout=5)
        assert list(verify_consent(cast.ST_MARY)) == [], "the snapshot does not move"
    patient.join(timeout=5)
