"""Who could see what, and what would change: the engine's own answers, put for everybody who is named."""

import pytest

from consent import services
from consent.services import Onlooker
from consent.terms import Grantee
from tests.consent import cast
from tests.consent.doings import entries, granted

pytestmark = pytest.mark.usefixtures("logs")
LABS, MEDICINES = cast.record(), cast.record("medicines")
PSYCHIATRIC = cast.record("lab-results", "PSY")


def seen(*records: object) -> dict[str, set[str]]:
    """Kinds of onlookers, and the categories that they could see."""
    found: dict[str, set[str]] = {}
    with cast.at_st_mary():
        for sight in services.who_could_see(person=cast.PATIENT, resources=list(records)):  # type: ignore[arg-type]
            found.setdefault(sight.onlooker.kind, set()).add(sight.category)
    return found


def test_without_contracts_only_an_emergency_opens_anything() -> None:
    assert seen(LABS, MEDICINES) == {"emergency": {"lab-results", "medicines"}}


def test_each_grantee_sees_what_their_contract_says_and_why() -> None:
    with cast.at_st_mary():
        contract = granted()
        granted(grantee=Grantee("organisation", cast.RIVERSIDE), categories=["medicines"])
        granted(grantee=Grantee("person", cast.GUARDIAN), purposes=["PATRQT"])
        (sight, *_rest) = services.who_could_see(person=cast.PATIENT, resources=[LABS])
    assert (sight.onlooker.id, sight.contract) in {
        (cast.DOCTOR_ELSEWHERE, contract.id),
        (cast.GUARDIAN, sight.contract),
    }
    assert seen(LABS, MEDICINES) == {
        "practitioner": {"lab-results"},
        "organisation": {"medicines"},
        "person": {"lab-results"},
        "emergency": {"lab-results", "medicines"},
    }
    assert seen(PSYCHIATRIC) == {"emergency": {"lab-results"}}, "none of them names mental health"
    assert len(entries()) == 9, "nobody looked, so nothing was entered"


def test_who_named_mental_health_is_found_by_it() -> None:
    with cast.at_st_mary():
        granted(sensitivity=["PSY"])
    assert seen(PSYCHIATRIC)["practitioner"] == {"lab-results"}


def test_a_refusal_and_the_base_policy_count() -> None:
    with cast.at_st_mary():
        services.set_base_policy(variant="opt-out-treatment", actor=cast.ADMINISTRATOR)
        granted()
    assert seen(LABS)["own-staff"] == {"lab-results"}
    with cast.at_st_mary():
        granted(effect="deny")
        granted(effect="deny", grantee=Grantee("organisation", cast.ST_MARY))
    assert seen(LABS) == {"emergency": {"lab-results"}}


def test_what_signing_would_change_is_said_by_grantee_and_category() -> None:
    with cast.at_st_mary():
        granted(categories=["medicines"])
        terms = cast.terms(categories=["lab-results", "medicines"], ends=cast.in_a_year())
        (change,) = services.what_changes(
            person=cast.PATIENT, offers=[(terms, cast.DISPLAY)], resources=[LABS, MEDICINES]
        )
        assert change.onlooker == Onlooker("practitioner", cast.DOCTOR_ELSEWHERE)
        assert (change.gains, change.loses) == (("lab-results",), ())
        refusal = cast.terms(effect="deny", categories=["medicines"], ends=cast.in_a_year())
        (change,) = services.what_changes(
            person=cast.PATIENT, offers=[(refusal, cast.DISPLAY)], resources=[LABS, MEDICINES]
        )
        assert (change.gains, change.loses) == ((), ("medicines",))
