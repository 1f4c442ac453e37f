"""Reading questions and corrections: a patient her own everywhere, an organisation those put to it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from ledger.scope import current_tenant, party_scope
from ledger.vault import keyring
from portal.cases.errors import UnknownCase
from portal.cases.models import Case, Kind, State
from portal.cases.sealing import open_text

Place = tuple[datetime, UUID]  # of a case on a list: the instant by which the list is in order, and its id


@dataclass(frozen=True)
class Written:
    """What people wrote in one case; "" where nothing was."""

    words: str
    answer: str
    disagreement: str


def cases_of_person(person: UUID, *, kind: Kind | None = None) -> list[Case]:
    """Everything (of a kind) that this person put to any organisation, newest first. Opens the person's own scope."""
    with party_scope(person):
        return list(_of_kind(kind).filter(person=person).order_by("-asked_at", "-id"))


def case_of_person(case: UUID, *, person: UUID, kind: Kind | None = None) -> Case:
    """One of them. Raises UnknownCase."""
    with party_scope(person):
        found = _of_kind(kind).filter(id=case, person=person).first()
    if found is None:
        raise UnknownCase("There is no question or correction of yours at this address.")
    return found


def cases_waiting(
    *, kind: Kind | None = None, after: Place | None = None, limit: int | None = None
) -> list[Case]:
    """What the tenant in scope has to answer, what is due first."""
    found = _of_kind(kind).filter(tenant_id=current_tenant(), state=State.OPEN)
    if after:
        found = found.filter(Q(due__gt=after[0]) | Q(due=after[0], id__gt=after[1]))
    return list(found.order_by("due", "id")[:limit])


def cases_answered(*, kind: Kind | None = None, before: Place | None = None, limit: int = 50) -> list[Case]:
    """What the tenant in scope has answered, newest first."""
    found = _of_kind(kind).filter(tenant_id=current_tenant()).exclude(state=State.OPEN)
    if before:
        found = found.filter(Q(answered_at__lt=before[0]) | Q(answered_at=before[0], id__lt=before[1]))
    return list(found.order_by("-answered_at", "-id")[:limit])


def case(id: UUID, *, kind: Kind | None = None) -> Case:  # noqa: A002 - the field's own name
    """One case of the tenant in scope. Raises UnknownCase."""
    found = _of_kind(kind).filter(tenant_id=current_tenant(), id=id).first()
    if found is None:
        raise UnknownCase("There is no question or correction with that id here.")
    return found


def corrections_of(person: UUID, *, states: Collection[str] = (State.DENIED, State.ACCEPTED)) -> list[Case]:
    """Corrections of a person's records at the tenant in scope, for whoever may read these records: a denial travels
    with the statement of disagreement (45 CFR 164.526(d)(5))."""
    found = Case.objects.filter(tenant_id=current_tenant(), person=person, kind=Kind.CORRECTION)
    return list(found.filter(state__in=states).order_by("-asked_at", "-id"))


def written(rows: Sequence[Case]) -> dict[UUID, Written]:
    """What was written in these cases, by case. Needs no scope."""
    found: dict[UUID, Written] = {}
    for tenant in {row.tenant_id for row in rows}:
        here = [row for row in rows if row.tenant_id == tenant]
        sealed = [bytes(part) for row in here for part in (row.words, row.answer, row.disagreement) if part]
        keyring.load(sealed, tenant=tenant)
        found |= {row.id: _opened(row) for row in here}
    return found


def _of_kind(kind: Kind | None) -> QuerySet[Case]:
    return Case.objects.filter(kind=kind) if kind else Case.objects.all()


def _opened(row: Case) -> Written:
    def text(column: str) -> str:
        return open_text(row.tenant_id, row.person, column, row.id, getattr(row, column))

    return Written(text("words"), text("answer"), text("disagreement"))
