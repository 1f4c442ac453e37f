"""A guardian decides about sharing as far as the delegation says, and no further."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from consent import services, sources
from consent.errors import BeyondMajority, ContradictoryTerms, DelegationExceeded
from consent.grantee import Grantee
from consent.models import Contract
from consent.signature import Signature
from ledger.sequencing import drain
from tests.consent import cast
from tests.consent.deciding import accessed
from tests.consent.doings import granted, reads

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("logs")]
GUARDIAN = Grantee("person", cast.GUARDIAN)
DELEGATION: dict[str, Any] = {
    "grantee": GUARDIAN,
    "actions": ["read", "manage_consent"],
    "categories": ["lab-results", "visits"],
    "purposes": ["PATRQT"],
}


TEAM, GROUP = UUID(int=71), UUID(int=72)


def grants(*, supersedes: UUID | None = None, **changes: Any) -> Contract:
    """The guardian grants the doctor elsewhere what she usually grants, for half a year."""
    half = cast.in_a_year() - timedelta(days=180)
    return services.grant(
        person=cast.PATIENT,
        grantor=cast.GUARDIAN,
        terms=cast.terms(**{"ends": half} | changes),
        signature=Signature("reauthenticated", cast.GUARDIAN),
        display=cast.DISPLAY,
        delegate=cast.GUARDIAN,
        supersedes=supersedes,
    )


def states(*contracts: Contract) -> list[str]:
    return [Contract.objects.get(id=one.id).state for one in contracts]


def test_a_guardian_shares_what_the_delegation_covers() -> None:
    with cast.at_st_mary():
        granted(**DELEGATION)
        grants()
        assert reads().permitted


@pytest.mark.django_db(transaction=True)
def test_what_a_guardian_let_others_see_rests_with_a_delegation_that_the_custodian_suspends() -> None:
    """45 CFR 164.502(g)(5): who may endanger the patient has opened her record to nobody meanwhile."""
    with cast.at_st_mary():
        delegation, own = granted(**DELEGATION), granted(categories=["visits"])
        theirs, refusal = grants(), grants(effect="deny", categories=["visits"], purposes=["HRESCH"])
        waiting = grants(cosigner=cast.OUTSIDER)
        services.suspend(contract=delegation.id, actor=cast.PRIVACY_OFFICER)
        assert states(delegation, theirs, own, refusal, waiting) == [
            "suspended",
            "suspended",
            "active",
            "active",
            "revoked",
        ]
        accessed(cast.record())
        assert not reads().permitted
        services.resume(contract=delegation.id, actor=cast.PRIVACY_OFFICER)
        accessed(cast.record())
        assert states(delegation, theirs, own) == ["active"] * 3
        assert reads().permitted
    drain()
    found = services.replay(tenant=cast.ST_MARY)
    assert (found.same, found.holds) == (2, True)


def test_the_patient_lets_go_on_what_rested_with_it_and_the_custodian_nothing_that_she_paused() -> None:
    with cast.at_st_mary():
        delegation, kept, wanted = granted(**DELEGATION), grants(), grants(categories=["visits"])
        services.suspend(contract=kept.id, actor=cast.PATIENT_USER, person=cast.PATIENT)
        services.suspend(contract=delegation.id, actor=cast.PRIVACY_OFFICER)
        services.resume(contract=wanted.id, actor=cast.PATIENT_USER, person=cast.PATIENT)
        assert states(delegation, kept, wanted) == ["suspended", "suspended", "active"]
        services.resume(contract=delegation.id, actor=cast.PRIVACY_OFFICER)
        assert states(delegation, kept, wanted) == ["active", "suspended", "active"]


@pytest.mark.parametrize(
    "changes",
    [
        {"categories": ["lab-results", "medicines"]},
        {"sensitivity": ["PSY"]},
        {"actions": ["read", "export"]},
        {"grantee": GUARDIAN, "purposes": ["PATRQT"]},
        {"ends": cast.END + timedelta(days=9999)},
        {"cosigner": cast.GUARDIAN},
    ],
    ids=["category", "label", "action", "to themselves", "longer", "own second signature"],
)
def test_what_is_beyond_the_delegation_is_refused(changes: dict[str, Any]) -> None:
    with cast.at_st_mary():
        granted(**DELEGATION)
        with pytest.raises(DelegationExceeded):
            grants(**changes)


def test_of_two_delegations_the_shorter_one_lends_the_longer_one_no_action() -> None:
    with cast.at_st_mary():
        granted(
            **DELEGATION | {"categories": ["lab-results"], "actions": ["read", "export", "manage_consent"]}
        )
        granted(**DELEGATION | {"categories": ["visits"], "ends": cast.in_a_year() + timedelta(days=1)})
        assert grants(categories=["lab-results"], actions=["export"])
        with pytest.raises(DelegationExceeded):
            grants(categories=["lab-results", "visits"], actions=["export"])


@pytest.mark.parametrize(
    "grantee",
    [
        Grantee("organisation", cast.RIVERSIDE),
        Grantee("role", cast.RIVERSIDE, role="privacy_officer"),
        Grantee("team", TEAM),
        Grantee("group", GROUP),
    ],
    ids=lambda grantee: grantee.kind,
)
def test_a_guardian_does_not_reach_themselves_as_one_of_many(
    grantee: Grantee, monkeypatch: pytest.MonkeyPatch
) -> None:
    def circles(actor: UUID, organisation: UUID | None) -> sources.Parties:
        groups = {GROUP} if organisation == cast.RIVERSIDE else set()
        return sources.Parties(frozenset({TEAM} if actor == cast.GUARDIAN else ()), frozenset(groups))

    with cast.at_st_mary():
        granted(**DELEGATION)
        assert grants(grantee=grantee)
        monkeypatch.setattr(sources, "_party_sources", [circles])
        monkeypatch.setattr(sources, "_place_sources", [lambda actor: frozenset({cast.RIVERSIDE})])
        with pytest.raises(DelegationExceeded, match="themselves"):
            grants(grantee=grantee)


def test_a_guardian_puts_nothing_in_the_place_of_what_is_not_theirs_to_decide() -> None:
    with cast.at_st_mary():
        granted(**DELEGATION)
        refusal = granted(effect="deny", categories=["medicines"])
        with pytest.raises(DelegationExceeded, match="whose place"):
            grants(supersedes=refusal.id)
        assert grants(supersedes=granted().id).supersedes_id


def test_a_guardian_without_a_delegation_decides_nothing() -> None:
    with cast.at_st_mary():
        with pytest.raises(DelegationExceeded):
            grants()
        held = granted(**DELEGATION)
        services.suspend(contract=held.id, actor=cast.PRIVACY_OFFICER)
        with pytest.raises(DelegationExceeded):
            grants()


def test_a_minors_delegation_ends_when_she_comes_of_age_and_leaves_what_she_agrees_to_alone() -> None:
    with cast.at_st_mary():
        majority = cast.in_a_year() - timedelta(days=1)
        asked: dict[str, Any] = {
            "person": cast.PATIENT,
            "grantor": cast.PATIENT_USER,
            "signature": cast.SIGNED,
            "display": cast.DISPLAY,
            "majority": majority,
        }
        with pytest.raises(BeyondMajority):
            services.grant(terms=cast.terms(**DELEGATION | {"ends": cast.in_a_year()}), **asked)
        for label in ("PSY", "HIV", "SEX", "ETH", "SDV"):
            hers = cast.terms(**DELEGATION | {"ends": majority, "sensitivity": [label]})
            with pytest.raises(ContradictoryTerms, match="minor"):
                services.grant(terms=hers, **asked)
            assert services.grant(terms=hers, **asked | {"majority": None}), "of age she may name it"
        services.grant(terms=cast.terms(**DELEGATION | {"ends": majority}), **asked)


@pytest.mark.parametrize(
    "changes",
    [{"categories": ["demographics"]}, {"categories": [], "types": ["Observation"]}, {"sensitivity": ["R"]}],
)
def test_no_delegation_covers_contact_details_or_what_is_confidential(changes: dict[str, Any]) -> None:
    with pytest.raises(ContradictoryTerms):
        cast.terms(**DELEGATION | changes)
