"""Entries about an account itself: each log of an organisation that it can act at, or whose patient it is, has them."""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction

from ledger import services as ledger
from ledger.scope import tenant_scope
from portal.accounts import selectors


def enter_account(
    type: str,  # noqa: A002 - the field's own name
    *,
    account: UUID,
    actor: UUID | None,
    audit: Mapping[str, object],
) -> None:
    """Append one entry at each organisation where the account is a member or a patient.

    Where it is a patient, the entry is about that person and stands in their own chain.
    """
    person = selectors.person_of(account)
    places: dict[UUID, UUID | None] = {item.tenant_id: None for item in selectors.memberships(account)}
    places |= {item.tenant_id: person.id for item in selectors.registrations(person.id)} if person else {}
    _enter(type, places, actor, {"account": str(account), **audit})


def enter_claim(*, person: UUID, account: UUID, actor: UUID | None) -> None:
    """Say at each organisation where this person is a patient which account has the whole record from now on."""
    places: dict[UUID, UUID | None] = {item.tenant_id: person for item in selectors.registrations(person)}
    _enter("person.claimed", places, actor, {"account": str(account)})


def _enter(
    kind: str, places: Mapping[UUID, UUID | None], actor: UUID | None, audit: Mapping[str, object]
) -> None:
    """One scope after the other, all or none, always in the same order: two of these cannot wait for each other."""
    with transaction.atomic():
        for tenant in sorted(places):
            with tenant_scope(tenant):
                ledger.append(type=kind, actor=actor, subject=places[tenant], audit=audit)
