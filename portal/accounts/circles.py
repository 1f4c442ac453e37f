"""Care teams and groups of organisations: who is in them, which contracts with them ask. Each change is an entry."""

from uuid import UUID

from django.db import transaction

from consent.sources import Parties
from ledger import services as ledger
from ledger.scope import tenant_scope
from portal.accounts import selectors
from portal.accounts.entries import enter_account
from portal.accounts.errors import AccountExists, UnknownCircle
from portal.accounts.models import Circle, CircleMember

JOINED, LEFT = "circle.joined", "circle.left"


def create_circle(*, kind: str, slug: str, name: str) -> Circle:
    """A `team` or a `group` without anybody in it. Raises AccountExists if the short name is taken."""
    if Circle.objects.filter(slug=slug).exists():
        raise AccountExists(f"There is already a team or group {slug!r}. Nothing was changed.")
    return Circle.objects.create(kind=kind, slug=slug, name=name)


def circle(slug: str) -> Circle:
    """The team or group of that short name. Raises UnknownCircle."""
    found = Circle.objects.filter(slug=slug).first()
    if found is None:
        raise UnknownCircle(f"There is no team or group {slug!r} on this node. Check its short name.")
    return found


def join(*, slug: str, member: str, actor: UUID | None = None) -> None:
    """Put somebody (by e-mail address) into a team, or an organisation (by short name) into a group.

    They are reached by its contracts from the next decision on; the same again changes nothing. Raises UnknownCircle,
    UnknownAccount, UnknownTenant.
    """
    found, key = _both(slug, member)
    with transaction.atomic():
        _, new = CircleMember.objects.get_or_create(circle=found, member=key)
        if new:
            _enter(JOINED, found, key, actor)


def leave(*, slug: str, member: str, actor: UUID | None = None) -> None:
    """Take them out again; it bites on the next decision. Raises as `join` does."""
    found, key = _both(slug, member)
    with transaction.atomic():
        gone, _ = CircleMember.objects.filter(circle=found, member=key).delete()
        if gone:
            _enter(LEFT, found, key, actor)


def parties_of(actor: UUID, organisation: UUID | None) -> Parties:
    """The teams that an account is in, and the groups of the organisation that it acts for."""
    wanted = [actor] if organisation is None else [actor, organisation]
    rows = CircleMember.objects.filter(member__in=wanted).values_list("member", "circle__kind", "circle_id")
    return Parties(
        frozenset(key for member, kind, key in rows if kind == Circle.TEAM and member == actor),
        frozenset(key for member, kind, key in rows if kind == Circle.GROUP and member == organisation),
    )


def places_of(actor: UUID) -> frozenset[UUID]:
    """The organisations where an account is a member in whichever role."""
    return frozenset(row.tenant_id for row in selectors.memberships(actor))


def _both(slug: str, member: str) -> tuple[Circle, UUID]:
    found = circle(slug)
    if found.kind == Circle.TEAM:
        return found, selectors.user_by_email(member).id
    return found, selectors.organisation(member).id


def _enter(kind: str, found: Circle, member: UUID, actor: UUID | None) -> None:
    """In the log of each organisation that it concerns: those of the account, or the one itself."""
    audit = {"circle": str(found.id), "kind": found.kind, "name": found.name, "member": str(member)}
    if found.kind == Circle.TEAM:
        enter_account(kind, account=member, actor=actor, audit=audit)
        return
    with tenant_scope(member):
        ledger.append(type=kind, actor=actor, subject=None, audit=audit)
