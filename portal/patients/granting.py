"""From a draft to what will be signed, and to the contracts themselves. One contract for each who holds records."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from consent import selectors as consent
from consent import services
from consent.compiler import ContractCode, compile_contract
from consent.errors import ConsentError
from consent.sentence import Display
from consent.signature import Signature
from consent.standing_refusals import refusable_emergencies
from consent.terms import Terms
from ledger.scope import lock, party_scope, tenant_scope
from portal.accounts.errors import UnknownPerson
from portal.accounts.grantees import Named
from portal.accounts.identity import Caller
from portal.accounts.models import Registration
from portal.patients.drafts import Draft
from portal.patients.grantees import named
from portal.records.services import majority

GUARDIANS_PURPOSE = "PATRQT"
BESIDE: Mapping[str, StrOrPromise] = {
    "refuses": _("Another contract of yours refuses some of this. The refusal is the stronger one."),
    "is-refused": _("This refuses some of what another contract of yours allows, and is the stronger one."),
    "covers": _("Another contract of yours allows all of this already."),
    "is-covered": _(
        "This allows all that another contract of yours does. Stopping that one changes nothing then."
    ),
}


class ContractChanged(ConsentError):
    """What would be signed is not what was shown."""

    code = "contract-changed"
    status = 409


@dataclass(frozen=True)
class Proposal:
    """One contract that is about to be signed, compiled exactly as it will be."""

    where: Registration
    who: Named
    terms: Terms
    display: Display
    code: ContractCode
    request: UUID | None
    supersedes: UUID | None = None
    majority: datetime | None = None
    delegate: UUID | None = None


def refusable(registrations: Sequence[Registration]) -> list[Registration]:
    """Those at organisations that let their patients refuse emergency access."""
    with party_scope(registrations[0].person_id):
        there = refusable_emergencies({each.tenant_id for each in registrations})
    return [each for each in registrations if each.tenant_id in there]


def proposals(caller: Caller, draft: Draft, registrations: Sequence[Registration]) -> list[Proposal]:
    """What the draft comes to. Raises GranteeUnclear, TermsError and its kin, UnknownPerson."""
    who = named(draft.kind, draft.email, draft.organisation)
    chosen = [each for each in registrations if each.tenant.slug in draft.where]
    if not chosen:
        raise UnknownPerson("You are not a patient there any more. Choose again whose records you share.")
    return [_proposal(caller, draft, who, each) for each in chosen]


def sign(*, caller: Caller, offered: Sequence[Proposal], shown: str, signature: Signature) -> list[UUID]:
    """Grant what was shown, and return the contracts. The same again grants nothing more. Raises ContractChanged."""
    as_shown(offered, shown)
    return [_granted(caller, each, signature) for each in offered]


def as_shown(offered: Sequence[Proposal], shown: str) -> None:
    """Raises ContractChanged if these are not what was shown."""
    if fingerprints(offered) != shown:
        raise ContractChanged(
            "The contract has changed since you read it. Read it again, then sign. Nothing is shared."
        )


def fingerprints(offered: Sequence[Proposal]) -> str:
    return " ".join(each.code.code_hash for each in offered)


def beside(offered: Sequence[Proposal]) -> list[tuple[str, UUID]]:
    """What other contracts of hers do to these: words, and which contract."""
    person = offered[0].where.person_id
    with party_scope(person):
        shadows = consent.shadowing(person, [each.terms for each in offered])
    former = {each.supersedes for each in offered}
    return [(str(BESIDE[shadow.how]), shadow.contract) for shadow in shadows if shadow.contract not in former]


def _proposal(caller: Caller, draft: Draft, who: Named, where: Registration) -> Proposal:
    terms = _terms(draft, who, where)
    until = majority(caller=caller, person=where.person_id, terms=terms)
    if until is not None and until < terms.ends:
        terms = replace(terms, ends=until)
    display = Display(grantee=who.name, custodian=where.tenant.name, organisation=who.organisation)
    code = compile_contract(terms, person=where.person_id, display=display)
    answers = draft.request and draft.request_at == where.tenant.slug
    request = UUID(draft.request) if answers else None
    former = UUID(draft.supersedes) if draft.supersedes else None
    delegate = caller.user if draft.acting else None
    return Proposal(where, who, terms, display, code, request, former, until, delegate)


def _terms(draft: Draft, who: Named, where: Registration) -> Terms:
    first, after = draft.data_period
    return Terms(
        where.tenant_id,
        who.grantee,
        list(draft.what),
        [GUARDIANS_PURPOSE] if draft.kind == "relative" else list(draft.why),
        draft.ends,
        effect="deny" if draft.refuses else "permit",
        actions=list(draft.actions),
        sensitivity=list(draft.sensitivity),
        strong=draft.strong,
        notify=draft.notify,
        data_starts=first,
        data_ends=after,
        uses=draft.uses,
        suspend_above=draft.suspend_above,
        redisclosure=draft.redisclosure,
        report_back=draft.report_back,
    )


def _granted(caller: Caller, offer: Proposal, signature: Signature) -> UUID:
    """The contract; the one that is in force already if a second submit comes with the same words."""
    person = offer.where.person_id
    with tenant_scope(offer.where.tenant_id):
        lock("patients.grant", person, exclusive=True)
        for contract in consent.contracts_of_person(person, states=["active"]):
            if contract.code_hash == offer.code.code_hash:
                return contract.id
        made = services.grant(
            person=person,
            grantor=caller.user,
            terms=offer.terms,
            signature=signature,
            display=offer.display,
            request=offer.request,
            supersedes=offer.supersedes,
            majority=offer.majority,
            delegate=offer.delegate,
        )
    return made.id
