"""What a guardian may do about sharing: only what the delegation says, decided by the same engine, and never for
themselves (45 CFR 164.502(g))."""

from datetime import datetime
from uuid import UUID

from consent.errors import BeyondMajority, ContradictoryTerms, DelegationExceeded, TermsError
from consent.facts import AccessRequest, Decisions, ResourceFacts
from consent.grantee import Grantee
from consent.models import Contract
from consent.services.decisions import decide
from consent.sources import parties_of, places_of
from consent.terms import Terms, from_json
from consent.vocabulary import CATEGORIES, DELEGATED

_ANY = "Basic"


def check_majority(terms: Terms, majority: datetime | None) -> None:
    """Refuse a delegation by a minor that would outlast her coming of age, or reach care that she may agree to alone.

    `majority` None: she is of age already. What minors may agree to alone differs by state and is what the labels of
    sensitivity mark (42 CFR 2.14 for substance use): all of it is kept from whoever decides for her, 45 CFR
    164.502(g)(3). Raises BeyondMajority, ContradictoryTerms.
    """
    if majority is None or DELEGATED not in terms.actions:
        return
    if terms.sensitivity:
        raise ContradictoryTerms(
            "Care that a minor may agree to alone stays hers. Leave out what is marked as sensitive."
        )
    if terms.ends > majority:
        raise BeyondMajority(
            "The patient comes of age before this delegation ends. Let it end on that day, or before."
        )


def check_delegate(
    *, delegate: UUID, person: UUID, terms: Terms, strong: bool, former: Contract | None = None
) -> Contract:
    """The delegation by which this guardian may make a contract of these terms for the person; takes her lock.

    Everything that the contract covers must be the guardian's to decide about, until no later than the delegation
    ends; so must everything that `former` covers, whose place it takes. They cannot widen their own access, nor hand
    the delegation on. `strong`: whether they sign by more than a password, which a delegation can ask for. Raises
    DelegationExceeded.
    """
    if delegate == terms.cosigner or _contains(terms.grantee, delegate):
        raise DelegationExceeded("A guardian cannot share with themselves. Ask the organisation.")
    if DELEGATED in terms.actions:
        raise DelegationExceeded("A guardian cannot hand on the right to decide about sharing.")
    covered = "Your delegation does not cover all that this contract would share."
    found = _delegations(delegate, person, terms, covered, strong)
    if former is not None:
        sentence = "Your delegation does not cover all that the contract covers whose place this would take."
        _delegations(delegate, person, _terms_of(former, sentence), sentence, strong)
    shortest = min(found, key=lambda one: one.ends)
    if terms.ends > shortest.ends:
        raise DelegationExceeded("The contract would outlast your delegation. Choose an earlier end.")
    for one in found:
        _check_actions(terms, from_json(one.terms))
    return shortest


def may_manage(*, delegate: UUID, person: UUID, terms: Terms, strong: bool) -> Decisions:
    """The decisions on everything that these terms cover, asked as deciding about sharing. Takes the person's lock."""
    request = AccessRequest(
        actor=delegate,
        person=person,
        custodian=terms.custodian,
        organisation=None,
        role="guardian",
        action=DELEGATED,
        purpose="PATRQT",
        strong=strong,
        is_self=False,
    )
    labels = [frozenset[str](), *(frozenset({code}) for code in terms.sensitivity)]
    facts = [
        ResourceFacts(kind, "", category, borne)
        for category in terms.categories or CATEGORIES
        for kind in terms.types or (_ANY,)
        for borne in labels
    ]
    return decide(request=request, resources=facts)


def _delegations(delegate: UUID, person: UUID, terms: Terms, sentence: str, strong: bool) -> list[Contract]:
    """The contracts by which the guardian decides about what these terms cover. Raises DelegationExceeded."""
    answers = may_manage(delegate=delegate, person=person, terms=terms, strong=strong).by_group.values()
    cited = {one.contract for one in answers if one.permitted and one.contract is not None}
    if not cited or not all(one.permitted and one.contract for one in answers):
        raise DelegationExceeded(sentence)
    return list(Contract.objects.filter(tenant_id=terms.custodian, id__in=cited))


def _terms_of(contract: Contract, sentence: str) -> Terms:
    """A FHIR consent has no terms of ours to hold against a delegation."""
    try:
        return from_json(contract.terms)
    except TermsError as error:
        raise DelegationExceeded(sentence) from error


def _contains(grantee: Grantee, delegate: UUID) -> bool:
    """Whether a contract with this grantee reaches the guardian, by themselves or as one of many."""
    places = places_of(delegate)
    within = {delegate, *places, *parties_of(delegate, None).teams}
    within = within.union(*(parties_of(delegate, place).groups for place in places))
    return grantee.id in within


def _check_actions(terms: Terms, delegation: Terms) -> None:
    if not set(terms.actions) <= set(delegation.actions) and terms.effect == "permit":
        raise DelegationExceeded("You cannot let others do what the delegation does not let you do.")
