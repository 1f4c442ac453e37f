"""Deciding for somebody else: what a delegation lets one do about their sharing, and nothing beyond it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from consent import selectors as consent
from ledger.scope import party_scope, tenant_scope
from portal.accounts import selectors as accounts
from portal.accounts.errors import UnknownPerson
from portal.accounts.identity import Caller
from portal.accounts.models import Registration
from portal.records.services import name_patients


@dataclass(frozen=True)
class Acting:
    """A delegate in front of somebody's sharing. `delegations`: the contracts that allow it, one for each who holds
    records, in the order of `registrations`."""

    person: UUID
    name: str
    delegations: Sequence[Any]
    registrations: Sequence[Registration]

    @property
    def parts(self) -> set[str]:
        """The parts that some delegation covers."""
        return {part for each in self.delegations for part in each.terms["categories"]}


def decided_for(caller: Caller) -> set[UUID]:
    """For whom the caller may decide."""
    with party_scope(caller.user):
        return {each.person for each in consent.delegations_to(caller.user)}


def acting_for(caller: Caller, person: UUID) -> Acting:
    """The caller as this person's delegate. Raises UnknownPerson if there is no delegation in force."""
    with party_scope(caller.user):
        found = [each for each in consent.delegations_to(caller.user) if each.person == person]
    longest = {each.tenant_id: each for each in reversed(found)}
    if not longest:
        raise UnknownPerson("You may not decide about the sharing of this record. Ask the person.")
    registrations = []
    for tenant in longest:
        with tenant_scope(tenant):
            registrations.append(accounts.registration(person=person))
    first = next(iter(longest))
    known = name_patients(caller=caller, tenant=first, people=[person])
    name = known[person].name if person in known else _("A name that does not open")
    return Acting(person, name, list(longest.values()), registrations)


def granted(caller: Caller, acting: Acting) -> list[Any]:
    """The contracts that this delegate granted, newest first."""
    rows: list[Any] = []
    for each in acting.registrations:
        with tenant_scope(each.tenant_id):
            rows += consent.granted_by_delegate(caller.user, person=acting.person)
    return sorted(rows, key=lambda row: row.proposed_at, reverse=True)
