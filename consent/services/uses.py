"""Counting the uses of contracts that end after so many, or rest after so many a day."""

from datetime import datetime
from uuid import UUID

from django.db import connection

from consent.facts import Decisions
from consent.models import Contract, State
from consent.services.contracts import end
from consent.services.order import clock, counting_for
from consent.services.suspension import THRESHOLD, rest
from ledger.scope import current_tenant

_COUNT = """
INSERT INTO consent_use AS u (tenant_id, contract_id, total, day, today)
VALUES (%s, %s, 1, (%s::timestamptz AT TIME ZONE 'UTC')::date, 1)
ON CONFLICT (tenant_id, contract_id) DO UPDATE SET
  total = u.total + 1, today = CASE WHEN u.day = excluded.day THEN u.today + 1 ELSE 1 END, day = excluded.day
RETURNING total, today
"""


def count_uses(*, person: UUID, decisions: Decisions) -> None:
    """Count an access that was permitted and entered, in the transaction that did both.

    It counts once against each contract that it is cited under, and against none where one without a count permits
    the same. The last use ends the contract; one above its limit a day suspends it, which tells the patient.
    """
    cited = {
        decision.contract
        for decision in decisions.by_group.values()
        if decision.permitted and decision.counted and decision.contract is not None
    }
    if not cited:
        return
    counting_for(person)
    now = clock()
    for contract in Contract.objects.filter(tenant_id=current_tenant(), id__in=cited).order_by("id"):
        _count(contract, now)


def _count(contract: Contract, now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [contract.tenant_id, contract.id, now])
        total, today = cursor.fetchone()
    uses, limit = contract.terms.get("uses"), contract.terms.get("suspend_above")
    if uses is not None and total >= uses:
        end(contract, State.EXPIRED, actor=None, now=now, why="used up")
    elif limit is not None and today > limit:
        rest(contract, actor=None, why=THRESHOLD)
