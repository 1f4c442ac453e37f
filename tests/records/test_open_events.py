"""A contract that holds while something is open, and one that names single records, over stored records."""

from datetime import UTC, datetime
from typing import Any

import pytest

from consent.grantee import Named
from portal.records import services
from portal.records.errors import Denied
from tests.cast import PATIENT, Cast, lab, store

CLASS = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
LAB = f"{PATIENT}-hba1c-2"


def encounter(status: str, of_class: str = "AMB", **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Encounter",
        "id": f"{status}-{of_class}".lower(),
        "status": status,
        "class": {"system": CLASS, "code": of_class},
        "subject": {"reference": f"Patient/{PATIENT}"},
        **more,
    }


def referral(**more: Any) -> dict[str, Any]:
    return {
        "resourceType": "ServiceRequest",
        "id": "referral-1",
        "status": "active",
        "intent": "order",
        "subject": {"reference": f"Patient/{PATIENT}"},
        **more,
    }


def reads(cast: Cast, key: str = LAB) -> bool:
    asked: dict[str, Any] = {"tenant": cast.hospital.id, "type": "Observation", "id": key}
    try:
        services.read(caller=cast.family_doctor, **asked)
    except Denied:
        return False
    return True


def shares(cast: Cast, **changes: Any) -> None:
    cast.grant(cast.family_doctor, "lab-results", **changes)


def test_an_appointment_elsewhere_opens_nothing_and_a_referral_here_does(cast: Cast) -> None:
    shares(cast, during=["referral", "admission"])
    assert not reads(cast)
    store(cast.hospital, encounter("in-progress", "IMP"))
    assert not reads(cast)  # admitted at the hospital, not with the one who asks
    place = f"Organization/{cast.family_doctor.organisation}"
    store(
        cast.hospital,
        {"resourceType": "Organization", "id": str(cast.family_doctor.organisation), "name": "Them"},
    )
    store(cast.hospital, referral(performer=[{"reference": place}]))
    assert reads(cast)
    store(cast.hospital, referral(performer=[{"reference": place}]) | {"status": "completed"})
    assert not reads(cast)


def test_what_is_linked_with_a_named_record_is_covered(cast: Cast) -> None:
    linked = lab(PATIENT, "linked", "4548-4", 5.0, "2024-01-01") | {
        "encounter": {"reference": "Encounter/in-progress-amb"}
    }
    store(cast.hospital, encounter("in-progress"), linked)
    for meaning, permitted in (("instance", False), ("dependents", True)):
        shares(cast, records=[Named(meaning, "Encounter/in-progress-amb")])
        assert reads(cast, linked["id"]) is permitted
        assert not reads(cast)
    found = services.search(
        caller=cast.family_doctor,
        tenant=cast.hospital.id,
        type="Observation",
        params={"patient": [PATIENT]},
    )
    assert [record.id for record in found.records] == [linked["id"]]


def test_only_data_of_the_agreed_time_are_in_the_chart(cast: Cast) -> None:
    shares(cast, data_starts=datetime(2100, 1, 1, tzinfo=UTC))
    assert not reads(cast)
    with pytest.raises(Denied):
        services.chart(
            caller=cast.family_doctor, tenant=cast.hospital.id, person=cast.person, category="lab-results"
        )
    shares(cast, data_starts=datetime(2000, 1, 1, tzinfo=UTC))
    assert reads(cast)
    (section,) = services.chart(
        caller=cast.family_doctor, tenant=cast.hospital.id, person=cast.person, category="lab-results"
    ).sections
    assert section.permitted
    assert LAB in {record.id for record in section.records}
