"""What a guardian may do about sharing: only what the delegation says, decided by the same engine, and never for
themselves (45 CFR 164.502(g))."""

from datetime import datetime
from uuid import UUID

from consent.errors import BeyondMajority, DelegationExceeded
from consent.facts import AccessRequest, Decisions, ResourceFacts
from consent.models import Contract
from consent.services.decisions import decide
from consent.terms import Terms, from_json
from consent.vocabulary import CATEGORIES, DELEGATED

_ANY = "Basic"


def check_majority(terms: Terms, majority: datetime | None) -> None:
    """Refuse a delegation that would outlast the patient's coming of age; None: she is of age already.

    Raises BeyondMajority.
    """
    if majority is not None and DELEGATED in terms.actions and terms.ends > majority:
        raise BeyondMajority(
            "The patient comes of age before this delegation ends. Let it end on that day, or before."
        )


def check_delegate(*, delegate: UUID, person: UUID, terms: Terms) -> Contract:
    """The delegation by which this guardian may make a contract of these terms for the person; takes her lock.

    Everything that the contract covers must be the guardian's to decide about, until no later than the delegation
    ends. They cannot widen their own access, nor hand the delegation on. Raises DelegationExceeded.
    """
    if delegate in {terms.grantee.id, terms.cosigner}:
        raise DelegationExceeded("A guardian cannot share with themselves. Ask the organisation.")
    if DELEGATED in terms.actions:
        raise DelegationExceeded("A guardian cannot hand on the right to decide about sharing.")
    decisions = may_manage(delegate=delegate, person=person, terms=terms)
    answers = decisions.by_group.values()
    cited = {one.contract for one in answers if one.permitted and one.contract is not None}
    if not cited or not all(one.permitted and one.contract for one in answers):
        raise DelegationExceeded("Your delegation does not cover all that this contract would share.")
    found = list(Contract.objects.filter(tenant_id=terms.custodian, id__in=cited))
    shortest = min(found, key=lambda one: one.ends)
    if terms.ends > shortest.ends:
        raise DelegationExceeded("The contract would outlast your delegation. Choose an earlier end.")
    _check_actions(terms, from_json(shortest.terms))
    return shortest


def may_manage(*, delegate: UUID, person: UUID, terms: Terms) -> Decisions:
    """The decisions on everything that these terms cover, asked as deciding about sharing. Takes the person's lock."""
    request = AccessRequest(
        actor=delegate,
        person=person,
        custodian=terms.custodian,
        organisation=None,
        role="guardian",
        action=DELEGATED,
        purpose="PATRQT",
        strong=True,  # whoever signs has just said who they are
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


def _check_actions(terms: Terms, delegation: Terms) -> None:
    if not set(terms.actions) <= set(delegation.actions) and terms.effect == "permit":
        raise DelegationExceeded("You cannot let others do what the delegation does not let you do.")
