"""What the law keeps of records now: of one person's, in her own scope at every tenant, or of all in a tenant's."""

from datetime import UTC, datetime
from uuid import UUID

from django.db.models import QuerySet

from consent.errors import UnknownRestriction
from consent.models import Restriction
from consent.restriction import from_json
from consent.sealing import open_text
from ledger.scope import current_tenant


def restrictions_of(person: UUID) -> list[Restriction]:
    """What the law keeps of this person's record now, newest first."""
    return [one for one in _restrictions().filter(person=person) if holds(one)]


def restrictions_here() -> list[Restriction]:
    """Those of the open tenant that hold now: of which a review is waiting first, then the newest."""
    found = [one for one in _restrictions().filter(tenant_id=current_tenant()) if holds(one)]
    return sorted(found, key=lambda one: one.review_asked_at is None or one.reviewed_at is not None)


def restriction_here(id: UUID) -> Restriction:  # noqa: A002
    """One of the open tenant, in force or not. Raises UnknownRestriction."""
    found = Restriction.objects.filter(tenant_id=current_tenant(), id=id).first()
    if found is None:
        raise UnknownRestriction("There is no restriction with that id here.")
    return found


def restriction_reason(restriction: Restriction) -> str:
    """Why it was placed. In the tenant's scope."""
    return open_text(restriction.person, "restriction-reason", restriction.id, restriction.reason)


def _restrictions() -> QuerySet[Restriction]:
    return Restriction.objects.filter(lifted_at=None).order_by("-placed_at", "-id")


def holds(one: Restriction) -> bool:
    """Whether it is neither lifted nor over."""
    ends = from_json(one.terms).ends
    return one.lifted_at is None and (ends is None or ends > datetime.now(UTC))
