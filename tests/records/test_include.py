"""What comes along with a search is decided, entered and opened like what was searched for."""

import pytest

from ledger import selectors as ledger
from ledger.scope import tenant_scope
from portal.accounts.identity import Caller
from portal.records import services
from portal.records.errors import Denied, InvalidSearch
from portal.records.services import SearchResult
from tests.cast import OTHER, PATIENT, Cast, condition, lab, store

MEDICATION = {"resourceType": "Medication", "id": "metformin"}


def search(cast: Cast, caller: Caller, kind: str, **params: str) -> SearchResult:
    named = {"patient": PATIENT, **{name.replace("u__", "_"): value for name, value in params.items()}}
    return services.search(
        caller=caller,
        tenant=cast.hospital.id,
        type=kind,
        params={name: [value] for name, value in named.items()},
    )


def ids(result: SearchResult) -> list[str]:
    return [record.id for record in result.included]


@pytest.fixture
def visit(cast: Cast) -> Cast:
    """A visit, what was found at it, and what was prescribed."""
    encounter = {
        "resourceType": "Encounter",
        "id": "visit",
        "status": "finished",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
        "subject": {"reference": f"Patient/{PATIENT}"},
        "period": {"start": "2026-01-01"},
    }
    at = {"encounter": {"reference": "Encounter/visit"}}
    request = {
        "resourceType": "MedicationRequest",
        "id": "prescribed",
        "status": "active",
        "intent": "order",
        "medicationReference": {"reference": "Medication/metformin"},
        "subject": {"reference": f"Patient/{PATIENT}"},
        **at,
    }
    others = condition(OTHER, "elsewhere", "44054006", **at)
    store(
        cast.hospital,
        MEDICATION,
        encounter,
        request,
        condition(PATIENT, "at-visit", "44054006", **at),
        others,
    )
    return cast


def test_a_reference_is_followed_to_the_record_and_to_the_directory(visit: Cast) -> None:
    asked = {"u__id": "prescribed"}
    medication = search(
        visit, visit.amara, "MedicationRequest", **asked, u__include="MedicationRequest:medication"
    )
    assert ids(medication) == ["metformin"]
    encounter = search(
        visit, visit.amara, "MedicationRequest", **asked, u__include="MedicationRequest:encounter"
    )
    assert ids(encounter) == ["visit"]


def test_what_leads_to_a_record_comes_along_and_nobody_elses(visit: Cast) -> None:
    result = search(visit, visit.amara, "Encounter", u__revinclude="Condition:encounter")
    assert ids(result) == [f"{PATIENT}-at-visit"]


def test_what_is_not_permitted_does_not_come_along(visit: Cast) -> None:
    visit.grant(visit.doctor, "visits")
    result = search(visit, visit.doctor, "Encounter", u__revinclude="Condition:encounter")
    assert ([record.id for record in result.records], ids(result)) == (["visit"], [])
    with pytest.raises(Denied):
        search(visit, visit.doctor, "Condition", u__include="Condition:encounter")


def test_the_entry_lists_what_came_along(visit: Cast) -> None:
    result = search(visit, visit.amara, "Encounter", u__revinclude="Condition:encounter")
    assert result.promise is not None
    with tenant_scope(visit.hospital.id):
        audit = ledger.entry(result.promise.promise.id).audit
    assert [one["id"] for one in audit["resources"]] == ["visit", f"{PATIENT}-at-visit"]


@pytest.mark.parametrize(
    "params",
    [{"u__include": "Encounter:nothing"}, {"u__include": "*"}, {"u__revinclude": "Patient:encounter"}],
)
def test_what_cannot_come_along_is_refused_by_name(cast: Cast, params: dict[str, str]) -> None:
    with pytest.raises(InvalidSearch, match="is served by"):
        search(cast, cast.amara, "Encounter", **params)


def test_results_that_refer_to_each_other_are_not_told_twice(cast: Cast) -> None:
    panel = lab(PATIENT, "panel", "24323-8", 1, "2026-12-01")
    panel["hasMember"] = [{"reference": f"Observation/{PATIENT}-ldl-1"}]
    store(cast.hospital, panel)
    alone = {"u__id": f"{PATIENT}-panel"}
    assert ids(search(cast, cast.amara, "Observation", **alone, u__include="Observation:has-member")) == [
        f"{PATIENT}-ldl-1"
    ]
    assert ids(search(cast, cast.amara, "Observation", u__include="Observation:has-member")) == []
