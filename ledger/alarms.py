"""Ending an alarm: after an operator has looked, and only of a log that holds."""

from dataclasses import replace
from uuid import UUID

from ledger import services
from ledger.audit.verify import Evidence, verify_log
from ledger.back_pressure import ENDS_IT
from ledger.errors import AlarmStands
from ledger.promise import SignedPromise
from ledger.scope import tenant_scope
from ledger.sequencer import open_session

CLEAR = (
    "UPDATE ledger_log SET alarm = '', alarmed = NULL, read_only = false WHERE tenant_id = %s AND alarm = %s"
)


def clear_alarm(*, tenant: UUID, alarm: str, reason: str, evidence: Evidence) -> SignedPromise:
    """Let the log take entries again, the first of which says why. `alarm` is the code of the one that was looked at.

    Raises AlarmStands if the log does not hold, or another alarm was raised meanwhile; then nothing has changed.
    """
    finding = verify_log(tenant, replace(evidence, stands=True)).finding
    if finding:
        raise AlarmStands(f"The log does not hold: {finding} The alarm stands; restore what was lost first.")
    with open_session() as session:
        if session.execute(CLEAR, [tenant, alarm]).rowcount != 1:
            raise AlarmStands(f"The log has no alarm {alarm}. Nothing was changed; look at its state again.")
    with tenant_scope(tenant):
        return services.append(
            type=ENDS_IT, actor=None, subject=None, audit={"alarm": alarm, "reason": reason}
        )
