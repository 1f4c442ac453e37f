"""Contracts that wait for a second signature."""

from uuid import UUID

from django.db.models import QuerySet, Subquery
from django.db.models.functions import Now

from consent.errors import UnknownContract
from consent.models import Contract, State


def awaiting_cosigner(cosigner: UUID) -> list[Contract]:
    """The contracts that wait for this account's second signature, in its own scope; the oldest first."""
    return list(_awaiting(cosigner))


def first_to_cosign(cosigner: UUID) -> Subquery:
    """The id of the oldest of them, or None; for a statement that asks more about the account, in its own scope."""
    return Subquery(_awaiting(cosigner).values("id")[:1])


def contract_to_cosign(id: UUID, *, cosigner: UUID) -> Contract:  # noqa: A002
    """One contract that names this account as its second signer, wherever it stands. Raises UnknownContract."""
    found = Contract.objects.filter(id=id, terms__contains={"cosigner": str(cosigner)}).first()
    if found is None:
        raise UnknownContract("There is no contract with that id that waits for your signature.")
    return found


def _awaiting(cosigner: UUID) -> QuerySet[Contract]:
    waiting = Contract.objects.filter(
        state=State.SIGNED, ends__gt=Now(), terms__contains={"cosigner": str(cosigner)}
    )
    return waiting.order_by("signed_at", "id")
