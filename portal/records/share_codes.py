"""Share codes of a patient as her own faces need them: at every organisation, and what each opens."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from consent import services as consent
from consent.signature import Signature
from ledger.scope import party_scope, tenant_scope
from portal.accounts import selectors as accounts
from portal.accounts.errors import UnknownPerson
from portal.accounts.identity import Caller
from portal.accounts.models import Registration
from portal.records.errors import NotYours


@dataclass(frozen=True)
class Shared:
    """One code. `state` is offered, asked, admitted or ended; `name`: what whoever came with it calls themselves, ""
    where nobody has; `until`: when the code, or the session that it opened, is over."""

    id: UUID
    where: Registration
    state: str
    name: str
    categories: tuple[str, ...]
    since: datetime
    until: datetime
    contract: UUID | None


def shared_by_code(*, caller: Caller) -> list[Shared]:
    """The caller's codes that somebody could use or uses, by organisation, the newest first."""
    found: list[Shared] = []
    for where in accounts.registrations(_own(caller)):
        with tenant_scope(where.tenant_id):
            found += [_shared(row, where) for row in consent.shares_of(where.person_id)]
    return found


def one_shared(*, caller: Caller, share: UUID) -> Shared:
    """One of the caller's codes, as it stands by now. Raises UnknownShare."""
    where = _where(caller, share)
    with tenant_scope(where.tenant_id):
        return _shared(consent.share_of(share=share, person=where.person_id), where)


def offer_code(*, caller: Caller, slug: str, categories: list[str]) -> tuple[Shared, str]:
    """A code for these parts of what one organisation keeps of the caller, which is shown once.

    Raises UnknownPerson where the caller is no patient, and as `consent.services.offer_share` does.
    """
    person = _own(caller)
    where = next((each for each in accounts.registrations(person) if each.tenant.slug == slug), None)
    if where is None:
        raise UnknownPerson("You are not a patient there. Choose an organisation that keeps your record.")
    with tenant_scope(where.tenant_id):
        made, code = consent.offer_share(person=person, actor=caller.user, categories=categories)
        return _shared(made, where), code


def let_in(*, caller: Caller, share: UUID, signature: Signature) -> Shared:
    """Let in who asked, by a contract for an hour that this signs. Raises as `consent.services.admit` does."""
    where = _where(caller, share)
    with tenant_scope(where.tenant_id):
        row = consent.admit(
            share=share,
            person=where.person_id,
            actor=caller.user,
            signature=signature,
            custodian=where.tenant.name,
        )
        return _shared(row, where)


def end_shared(*, caller: Caller, share: UUID) -> Shared:
    """End a code and what it opened. A second time changes nothing. Raises UnknownShare."""
    where = _where(caller, share)
    with tenant_scope(where.tenant_id):
        return _shared(consent.end_share(share=share, person=where.person_id, actor=caller.user), where)


def _own(caller: Caller) -> UUID:
    if caller.person is None:
        raise NotYours("Only patients themselves show their record by a code.")
    return caller.person


def _where(caller: Caller, share: UUID) -> Registration:
    person = _own(caller)
    with party_scope(person):
        tenant = consent.share_of(share=share, person=person).tenant_id
    with tenant_scope(tenant):
        return accounts.registration(person=person)


def _shared(row: Any, where: Registration) -> Shared:
    contract = row.contract
    return Shared(
        id=row.id,
        where=where,
        state=consent.state_of(row),
        name=consent.viewer_name(row),
        categories=tuple(row.categories),
        since=row.offered_at,
        until=contract.ends if contract else row.expires,
        contract=contract.id if contract else None,
    )
