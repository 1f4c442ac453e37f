"""Who may decide about sharing for the patients of an organisation, for its privacy officer.

45 CFR 164.502(g)(5): an organisation need not treat somebody as the representative where that would endanger her.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from consent import selectors as consent
from ledger.scope import tenant_scope
from portal.accounts import selectors as accounts


@dataclass(frozen=True)
class Guardian:
    """One delegation that holds or rests. Of whom only the record number is said. `name` is "" where the account is
    gone. `by_custodian`: of one that rests, that the organisation paused it, so that it alone lets it go on."""

    contract: UUID
    name: str
    mrn: str
    since: datetime
    ends: datetime
    paused: bool
    by_custodian: bool


def guardians_of(tenant: UUID) -> list[Guardian]:
    """Every delegation that holds or rests there, newest first. The caller of it has checked who asks."""
    with tenant_scope(tenant):
        rows = consent.delegations_here()
        patients = accounts.registrations_of({row.person for row in rows})
    names = accounts.names({row.grantee for row in rows}) if rows else {}
    return [
        Guardian(
            contract=row.id,
            name=names.get(row.grantee, ""),
            mrn=patients[row.person].mrn if row.person in patients else "",
            since=row.proposed_at,
            ends=row.ends,
            paused=row.state == "suspended",
            by_custodian=row.suspended_by_custodian,
        )
        for row in rows
    ]
