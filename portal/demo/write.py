"""`python -m portal.demo.write`: write the demo world's records into `data/`. The same each time."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from portal.demo import lindgren, neighbours
from portal.demo.fhir import Json, bundle
from portal.demo.neighbours import BRANDT, FISCHER, HOSPITAL, OKAFOR, PRACTICE

FOLDER = Path(__file__).parent / "data"


def world() -> Mapping[str, Sequence[Json]]:
    """The resources of each file."""
    return {
        f"{HOSPITAL}/0-directory.json": neighbours.directory(HOSPITAL),
        f"{HOSPITAL}/amara-lindgren.json": lindgren.at_hospital(OKAFOR, FISCHER),
        f"{HOSPITAL}/chidi-okafor.json": neighbours.okafor(),
        f"{HOSPITAL}/elif-demir.json": neighbours.demir(),
        f"{HOSPITAL}/noah-lindgren.json": neighbours.child(),
        f"{PRACTICE}/0-directory.json": neighbours.directory(PRACTICE),
        f"{PRACTICE}/amara-lindgren.json": lindgren.at_practice(BRANDT),
        f"{PRACTICE}/henrik-olsen.json": neighbours.olsen(),
    }


def written(resources: Sequence[Json]) -> str:
    """A file as it is kept."""
    return json.dumps(bundle(resources), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for name, resources in world().items():
        file = FOLDER / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(written(resources), encoding="utf-8")
