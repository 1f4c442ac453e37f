"""Two hundred reads race one revocation. In the order of the log, none is permitted after it."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection

from portal.records import services
from portal.records.errors import Denied
from tests.cast import PATIENT, Cast

READERS, EACH = 10, 20


def test_in_the_order_of_the_log_no_read_is_permitted_after_the_revocation(
    cast: Cast, administrator: Any
) -> None:
    contract = cast.grant(cast.doctor, "lab-results")
    start = Barrier(READERS + 1)

    def reads() -> list[bool]:
        start.wait()
        try:
            return [_read(cast) for _ in range(EACH)]
        finally:
            connection.close()

    def revocation() -> None:
        start.wait()
        try:
            while not _reads(administrator, cast):
                pass  # so that some are permitted before it
            cast.revoke(contract)
        finally:
            connection.close()

    with ThreadPoolExecutor(READERS + 1) as pool:
        reading = [pool.submit(reads) for _ in range(READERS)]
        pool.submit(revocation).result()
        answers = [answer for future in reading for answer in future.result()]

    types = _types(administrator, cast)
    revoked = types.index("contract.revoked")
    before, after = types[:revoked], types[revoked + 1 :]
    assert "access.permitted" not in after
    assert "access.denied" in after
    assert before.count("access.permitted") == answers.count(True) > 0
    assert before.count("access.denied") == 0
    assert len(answers) == READERS * EACH == types.count("access.permitted") + types.count("access.denied")
    assert not _read(cast)


def _read(cast: Cast) -> bool:
    """Whether a read is permitted."""
    try:
        services.read(
            caller=cast.doctor, tenant=cast.hospital.id, type="Observation", id=f"{PATIENT}-hba1c-2"
        )
    except Denied:
        return False
    return True


def _reads(administrator: Any, cast: Cast) -> int:
    return _types(administrator, cast).count("access.permitted")


def _types(administrator: Any, cast: Cast) -> list[str]:
    """The types of what was accepted, in the order of the log: what has its index, then what waits for one."""
    ordered = (
        "SELECT type FROM (SELECT 0 AS part, index AS place, type FROM ledger_entry WHERE tenant_id = %(tenant)s "
        "UNION ALL SELECT 1, seq, type FROM ledger_submission WHERE tenant_id = %(tenant)s) l ORDER BY part, place"
    )
    return [row[0] for row in administrator.execute(ordered, {"tenant": cast.hospital.id}).fetchall()]
