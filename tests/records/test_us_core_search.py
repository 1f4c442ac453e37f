"""Every search of US Core 6.1 and every combination, on Synthea's histories, against a naive filter."""

import json
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from ledger.scope import tenant_scope
from portal.records import combinations, services
from portal.records.importing import import_bundles
from portal.records.kinds import DIRECTORY, KINDS
from portal.records.searchable import names_of
from tests.cast import Cast, store
from tests.records import us_core
from tests.records.naive import Json, fits, questions, values

HISTORIES = ("Garrett_Thompson", "Fabian_Murray", "Alberto_Atencio")
MOST = 12  # questions for one combination


class World:
    """The plain resources of everybody, and a search by whoever may see them."""

    def __init__(self, cast: Cast, data: Path) -> None:
        self.cast = cast
        self.expected: dict[str, Any] = json.loads((data / "us-core-6.1-search.json").read_text())
        files = [path for name in HISTORIES for path in (data / "synthea").glob(f"{name}*.json")]
        report = import_bundles(tenant=cast.hospital.id, paths=files)
        assert not report.failed
        patients = [self.patient_of(path) for path in files]
        added = [
            one for key in patients[:2] for one in us_core.resources_of(key, self.first_visit(files, key))
        ]
        store(cast.hospital, *us_core.DIRECTORY, *added)
        self.patient = patients[1]
        self.resources: dict[str, list[Json]] = {}
        for row in self.stored():
            self.resources.setdefault(row["resourceType"], []).append(row)

    def stored(self) -> Iterator[Json]:
        """What was stored, as it was received but for the references that a bundle resolves."""
        from portal.records import storage
        from portal.records.opening import open_rows
        from portal.records.storage import ANYBODY

        with tenant_scope(self.cast.hospital.id):
            for whose in (None, ANYBODY):
                order = storage.Order("_id", "'-infinity'::timestamptz", True)
                page = storage.page(whose, KINDS, (), permitted=None, order=order, after=None, limit=10_000)
                assert page.next is None
                for record in open_rows(self.cast.hospital.id, page.rows).records:
                    yield dict(record.resource)

    def patient_of(self, path: Path) -> str:
        bundle = json.loads(path.read_text())
        return next(
            str(e["resource"]["id"]) for e in bundle["entry"] if e["resource"]["resourceType"] == "Patient"
        )

    def first_visit(self, files: list[Path], patient: str) -> str:
        for path in files:
            if self.patient_of(path) == patient:
                entries = json.loads(path.read_text())["entry"]
                visits = [e["resource"] for e in entries if e["resource"]["resourceType"] == "Encounter"]
                return str(visits[0]["id"])
        raise AssertionError(patient)

    def share_everything(self) -> None:
        """The doctor sees whom the opt-out policy lets him: everybody."""
        from consent.services import set_base_policy

        with tenant_scope(self.cast.hospital.id):
            set_base_policy(variant="opt-out-treatment", actor=self.cast.administrator.user)

    def search(self, kind: str, params: dict[str, str]) -> set[str]:
        found: set[str] = set()
        cursor: str | None = ""
        while cursor is not None:
            more = {"_cursor": [cursor]} if cursor else {}
            page = services.search(
                caller=self.cast.doctor,
                tenant=self.cast.hospital.id,
                type=kind,
                params={**{name: [value] for name, value in params.items()}, "_count": ["40"], **more},
            )
            assert not found & {record.id for record in page.records}
            found |= {record.id for record in page.records}
            cursor = page.cursor
        return found


@pytest.fixture
def world(cast: Cast, test_data: Path) -> World:
    world = World(cast, test_data)
    world.share_everything()
    return world


def kinds_of(world: World, kind: str) -> dict[str, str]:
    return {one["name"]: one["type"] for one in world.expected[kind]["search"]}


def cases(world: World, kind: str) -> Iterator[dict[str, str]]:
    """Questions whose values stand in the resources, for every parameter and combination."""
    types = {**kinds_of(world, kind), "patient": "reference"}
    combined = [tuple(one["params"]) for one in world.expected[kind]["combinations"]]
    alone = [(name,) for name in kinds_of(world, kind)]
    everybody = kind == "Patient" or kind in DIRECTORY
    for names in [*alone, *combined]:
        needed = names if everybody or set(names) & {"patient", "_id"} else ("patient", *names)
        made = 0
        for resource in world.resources.get(kind, ()):
            if not everybody and not fits(resource, "patient", "reference", f"Patient/{world.patient}"):
                continue
            options = [
                [f"Patient/{world.patient}"]
                if name == "patient"
                else [q for value in values(resource, name) for q in questions(value, types[name])]
                for name in needed
            ]
            if kind == "Patient":  # birth dates are found by equality
                options = [[q for q in those if q[:2] not in {"ge", "le", "gt", "lt"}] for those in options]
            for chosen in list(product(*options))[: MOST // 2]:
                yield dict(zip(needed, chosen, strict=True))
                made += 1
            if made >= MOST:
                break


def test_every_search_and_combination_finds_what_a_naive_filter_finds(world: World) -> None:
    asked, empty, wrong = 0, [], []
    for kind in sorted(set(world.expected) & set(KINDS)):
        types = {**kinds_of(world, kind), "patient": "reference"}
        of_kind = list(cases(world, kind))
        for params in of_kind:
            expected = {
                resource["id"]
                for resource in world.resources[kind]
                if all(fits(resource, name, types[name], value) for name, value in params.items())
            }
            found = world.search(kind, params)
            asked += 1
            if found != expected:
                wrong.append((kind, params, sorted(found - expected)[:3], sorted(expected - found)[:3]))
        covered = {frozenset(params) for params in of_kind}
        empty += [(kind, name) for name in types if not any(name in names for names in covered)]
    assert not wrong, (len(wrong), asked, wrong[:5])
    assert asked > 300
    assert not [one for one in empty if one not in UNASKED], empty


# No resource of the histories has a value for these.
UNASKED = {
    ("Medication", "patient"), ("Location", "patient"), ("Organization", "patient"), ("Practitioner", "patient"),
    ("PractitionerRole", "patient"), ("Patient", "patient"), ("HealthcareService", "patient"),
}  # fmt: skip


def test_every_parameter_and_combination_of_us_core_is_named(world: World) -> None:
    for kind in set(world.expected) & set(KINDS):
        assert set(kinds_of(world, kind)) <= names_of(kind) | {"_id"}
        wanted = {frozenset(one["params"]) for one in world.expected[kind]["combinations"]}
        assert {frozenset(one) for one in combinations.of(kind)} == wanted
