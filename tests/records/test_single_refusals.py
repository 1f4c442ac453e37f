"""A refusal that names single records holds on every way to them, whatever else is shared of their kind."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest

from consent.terms import Named
from portal.records import services
from portal.records.errors import Denied
from tests.cast import PATIENT, Cast, lab, store
from tests.records.test_export import lines, start, work
from tests.records.test_tampering import FLIP, as_attacker

SECRET, OPEN = f"{PATIENT}-secret", f"{PATIENT}-hba1c-2"
VISIT = "Encounter/closed-visit"
REFUSALS: dict[str, dict[str, Any]] = {
    "by name": {"records": [Named("instance", f"Observation/{SECRET}")]},
    "by what it refers to": {"records": [Named("related", VISIT)]},
    "by what it depends on": {"records": [Named("dependents", VISIT)]},
    "by its date": {
        "categories": ("lab-results",),
        "data_starts": datetime(2001, 5, 1, tzinfo=UTC),
        "data_ends": datetime(2001, 6, 1, tzinfo=UTC),
    },
}
Face = Callable[[Cast], set[str]]


def _read(cast: Cast, **more: Any) -> set[str]:
    def one(key: str) -> set[str]:
        try:
            found = services.read(
                caller=cast.doctor, tenant=cast.hospital.id, type="Observation", id=key, **more
            )
        except Denied:
            return set()
        return {found.record.id}

    return one(SECRET) | one(OPEN)


def _search(cast: Cast) -> set[str]:
    asked = {"patient": [PATIENT]}
    found = services.search(caller=cast.doctor, tenant=cast.hospital.id, type="Observation", params=asked)
    return {one.id for one in found.records}


def _history(cast: Cast) -> set[str]:
    def one(key: str) -> set[str]:
        try:
            found = services.lineage(caller=cast.doctor, tenant=cast.hospital.id, type="Observation", id=key)
        except Denied:
            return set()
        return {version.id for version in found.versions}

    return one(SECRET) | one(OPEN)


def _history_of_type(cast: Cast) -> set[str]:
    found = services.lineage(caller=cast.doctor, tenant=cast.hospital.id, type="Observation", patient=PATIENT)
    return {version.id for version in found.versions}


def _everything(cast: Cast) -> set[str]:
    found = services.everything(caller=cast.doctor, tenant=cast.hospital.id, patient=PATIENT)
    return {one.id for one in found.records}


def _export(cast: Cast) -> set[str]:
    export = start(cast, cast.doctor)
    work()
    return {one["id"] for one in lines(cast, cast.doctor, export)}


def _chart(cast: Cast) -> set[str]:
    found = services.chart(caller=cast.doctor, tenant=cast.hospital.id, person=cast.person)
    return {one.id for section in found.sections for one in section.records}


def _provenance(cast: Cast) -> set[str]:
    asked = {"patient": [PATIENT], "_revinclude": ["Provenance:target"]}
    found = services.search(caller=cast.doctor, tenant=cast.hospital.id, type="Observation", params=asked)
    targets = {target["reference"] for one in found.included for target in one.resource["target"]}
    alone = services.read_provenance(
        caller=cast.doctor, tenant=cast.hospital.id, entry=found.included[0].resource["id"]
    )
    targets |= {target["reference"] for target in alone.record.resource["target"]}
    return {target.split("/")[1] for target in targets}


FACES: dict[str, Face] = {
    "read": _read,
    "a version": lambda cast: _read(cast, version=1),
    "search": _search,
    "the history of a record": _history,
    "the history of a type": _history_of_type,
    "everything": _everything,
    "export": _export,
    "chart": _chart,
    "provenance": _provenance,
}


@pytest.fixture
def shared(cast: Cast) -> Cast:
    secret = lab(PATIENT, "secret", "2345-7", 5, "2001-05-06")
    store(cast.hospital, {**secret, "encounter": {"reference": VISIT}})
    store(cast.hospital, {**secret, "encounter": {"reference": VISIT}, "status": "amended"})
    cast.grant(cast.doctor, "lab-results", actions=("read", "export"))
    return cast


def refuse(cast: Cast, refusal: str) -> None:
    terms = {"categories": (), **REFUSALS[refusal]}
    categories = terms.pop("categories")
    cast.grant(cast.doctor, *categories, effect="deny", actions=("read", "export"), notify=False, **terms)


@pytest.mark.parametrize("refusal", REFUSALS)
def test_what_is_refused_one_by_one_is_shown_nowhere(shared: Cast, refusal: str) -> None:
    assert [name for name, face in FACES.items() if SECRET not in face(shared)] == []
    refuse(shared, refusal)
    found = {name: face(shared) for name, face in FACES.items()}
    assert [name for name, shown in found.items() if SECRET in shown] == []
    assert [name for name, shown in found.items() if OPEN not in shown] == []


def test_a_version_is_closed_by_the_date_that_its_record_has_now(shared: Cast) -> None:
    refuse(shared, "by its date")
    store(shared.hospital, lab(PATIENT, "hba1c-2", "59261-8", 52, "2001-05-07"))
    assert {OPEN} & (_read(shared, version=1) | _history(shared) | _history_of_type(shared)) == set()


def _versions(cast: Cast, *there: int) -> set[int]:
    """Those of the secret that the doctor is shown: in both histories, and one by one."""
    shown = set()
    for key, patient in ((SECRET, ""), ("", PATIENT)):
        try:
            found = services.lineage(
                caller=cast.doctor, tenant=cast.hospital.id, type="Observation", id=key, patient=patient
            )
        except Denied:
            continue
        shown |= {one.version for one in found.versions if one.id == SECRET}
    for version in there:
        with suppress(Denied):
            services.read(
                caller=cast.doctor, tenant=cast.hospital.id, type="Observation", id=SECRET, version=version
            )
            shown.add(version)
    return shown


@pytest.mark.parametrize("refusal", ["by what it refers to", "by what it depends on"])
def test_former_versions_stay_refused_when_the_link_is_dropped(shared: Cast, refusal: str) -> None:
    refuse(shared, refusal)
    store(shared.hospital, lab(PATIENT, "secret", "2345-7", 6, "2001-05-06"))
    assert _versions(shared, 1, 2, 3) == {3}
    assert SECRET in _read(shared)


@pytest.mark.parametrize("meaning", ["related", "dependents"])
def test_a_permit_of_what_is_linked_ends_with_the_link_for_all_versions(cast: Cast, meaning: str) -> None:
    secret = lab(PATIENT, "secret", "2345-7", 5, "2001-05-06")
    store(cast.hospital, {**secret, "encounter": {"reference": VISIT}})
    cast.grant(cast.doctor, records=[Named(meaning, VISIT)])
    assert _versions(cast, 1) == {1}
    store(cast.hospital, secret)
    assert _versions(cast, 1, 2) == set()


def test_a_former_version_that_does_not_open_counts_as_linked(shared: Cast, administrator: Any) -> None:
    refuse(shared, "by what it refers to")
    store(shared.hospital, lab(PATIENT, "secret", "2345-7", 6, "2001-05-06"))
    with as_attacker(administrator) as attacker:
        change = f"UPDATE records_version SET sealed = {FLIP} WHERE fhir_id = %s AND version < 3"
        attacker.execute(change, [SECRET])
    assert _versions(shared, 1, 2, 3) == {3}
