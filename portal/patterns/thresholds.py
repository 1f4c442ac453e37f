"""From when on something is worth a look: what holds at an organisation, and changing it."""

from dataclasses import asdict, dataclass
from uuid import UUID

from ledger.scope import current_tenant, tenant_scope
from ledger.services import append
from portal.accounts.identity import Caller
from portal.patterns.apps import CHANGED
from portal.patterns.models import Thresholds as Row
from portal.records.access import who
from portal.records.errors import RoleNeeded

MOST, MOST_MONTHS = 1000, 120


@dataclass(frozen=True, slots=True)
class Thresholds:
    """See portal.patterns.models."""

    an_hour: int = 20
    a_night: int = 3
    night_from: int = 22
    night_until: int = 6
    months_at_rest: int = 12


def thresholds() -> Thresholds:
    """Those of the tenant in scope."""
    row = Row.objects.filter(tenant_id=current_tenant()).values_list(*Thresholds.__slots__).first()
    return Thresholds(*row) if row else Thresholds()


def set_thresholds(*, caller: Caller, tenant: UUID, chosen: Thresholds) -> None:
    """Put them in force; the change stands in the log. For privacy officers: who is measured by them, and who only
    audits, does not set them. Raises RoleNeeded."""
    if caller.organisation != tenant or caller.role != "privacy_officer":
        raise RoleNeeded("The organisation's privacy officer sets the thresholds. Nothing was changed.")
    with tenant_scope(tenant):
        before = thresholds()
        Row.objects.update_or_create(tenant_id=tenant, defaults=asdict(chosen))
        audit = {**who(caller), "role": caller.role, "before": asdict(before), "after": asdict(chosen)}
        append(type=CHANGED, actor=caller.user, subject=None, audit=audit)
