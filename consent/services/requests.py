"""A clinician asks; the patient approves (by a contract), narrows or declines."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from consent import instants
from consent.errors import RequestClosed, RequestMalformed, UnknownRequest
from consent.models import Answer, ContractRequest
from consent.sealing import seal_text
from consent.services.order import change_of
from consent.terms import Grantee, Terms
from ledger.identity import new_id
from ledger.scope import current_tenant
from ledger.services import append

LONGEST_MESSAGE = 1000


def request_access(
    *,
    person: UUID,
    requester: UUID,
    organisation: UUID | None,
    categories: Collection[str],
    purposes: Collection[str],
    ends: datetime,
    message: str = "",
) -> ContractRequest:
    """Ask a person for a contract. Raises TermsError and its kin for what no contract could say, RequestMalformed."""
    tenant = current_tenant()
    if not isinstance(message, str) or len(message) > LONGEST_MESSAGE or "\x00" in message:
        raise RequestMalformed(f"A message to the patient has at most {LONGEST_MESSAGE} characters.")
    # A request is held to what a contract could say, by the same rules.
    asked = Terms(tenant, Grantee("practitioner", requester), categories, purposes, ends)
    now, key = change_of(person), new_id()
    asked.check_future(now)
    made = ContractRequest.objects.create(
        id=key,
        tenant_id=tenant,
        person=person,
        requester=requester,
        organisation=organisation,
        categories=list(asked.categories),
        purposes=list(asked.purposes),
        ends=asked.ends,
        message=seal_text(person, "request-message", key, message),
        made_at=now,
    )
    _enter("request.made", made, actor=requester)
    return made


def decline_request(*, request: UUID, actor: UUID, person: UUID) -> ContractRequest:
    """Answer no. `person` is whose records were asked for; the caller has checked that the actor may speak for her.

    Raises UnknownRequest, RequestClosed.
    """
    now = change_of(person)
    found = _answer(request, person, actor, Answer.DECLINED, now)
    _enter("request.declined", found, actor=actor)
    return found


def approve(*, request: UUID, person: UUID, actor: UUID, terms: Terms, now: datetime) -> ContractRequest:
    """Mark a request as answered by a contract with whoever asked. The caller holds the person's lock."""
    found = _answer(request, person, actor, Answer.APPROVED, now)
    if terms.grantee.id not in (found.requester, found.organisation) or terms.effect != "permit":
        raise RequestMalformed(
            "The contract is not with the one who asked. Decline the request, or answer it."
        )
    return found


def _answer(request: UUID, person: UUID, actor: UUID, answer: Answer, now: datetime) -> ContractRequest:
    found = ContractRequest.objects.filter(tenant_id=current_tenant(), person=person, id=request).first()
    if found is None:
        raise UnknownRequest("There is no request with that id for this record.")
    if found.state != Answer.OPEN:
        raise RequestClosed(f"This request was {found.state} already.")
    found.state, found.answered_at, found.answered_by = answer, now, actor
    found.save(update_fields=["state", "answered_at", "answered_by"])
    return found


def _enter(kind: str, request: ContractRequest, *, actor: UUID) -> None:
    audit: dict[str, Any] = {
        "request": str(request.id),
        "requester": str(request.requester),
        "organisation": str(request.organisation) if request.organisation else None,
        "categories": request.categories,
        "purposes": request.purposes,
        "ends": instants.iso(request.ends),
    }
    append(type=kind, actor=actor, subject=request.person, audit=audit)
