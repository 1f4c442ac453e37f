"""Invitations that wait, and how they end before anybody takes them up."""

from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from ledger import services as ledger
from ledger.scope import current_tenant
from portal.accounts.errors import InvitationOver
from portal.accounts.models import Invitation


def open_invitations() -> QuerySet[Invitation]:
    """Those of the tenant in scope that may still be taken up."""
    return Invitation.objects.filter(
        tenant_id=current_tenant(), accepted=None, withdrawn=None, expires__gt=timezone.now()
    )


def withdraw(*, invitation: UUID, actor: UUID) -> None:
    """End an invitation of the tenant in scope that nobody has taken up. Raises InvitationOver."""
    if not _withdraw(open_invitations().filter(id=invitation), actor):
        raise InvitationOver(
            "There is no such invitation (any more): it was taken up, withdrawn, or is too old."
        )


def withdraw_those_of(inviter: UUID, *, actor: UUID) -> None:
    """End what somebody who may invite no longer has asked others to: it was good by their right alone."""
    _withdraw(open_invitations().filter(invited_by=inviter), actor)


def _withdraw(found: QuerySet[Invitation], actor: UUID) -> list[UUID]:
    """One entry for each; one that is taken up in this moment stays as it is."""
    ended = [
        key
        for key in found.order_by("id").values_list("id", flat=True)
        if open_invitations().filter(id=key).update(withdrawn=timezone.now())
    ]
    for key in ended:
        audit = {"member": str(key), "state": "withdrawn"}
        ledger.append(type="member.invited", actor=actor, subject=None, audit=audit)
    return ended
