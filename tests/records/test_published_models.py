"""The walker against the published models (`fhir.resources`): what they refuse it refuses, though it runs none."""

import copy
import json
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from portal.node.postgres import BASE_DIR
from portal.records.errors import InvalidResource
from portal.records.faults import Fault
from portal.records.kinds import KINDS
from portal.records.structure import check_resource
from portal.records.validation import validate
from tests.needs import TEST_DATA

Path = tuple[str | int, ...]
STRANGE: list[Any] = [
    None, "", "x", " a b ", "\u00a0", "a" * 70, "1.5", 5, -1, 1.5, 2**31, True, [], {}, ["a"], [None], [{}], {"a": 1},
    "2020", "2020-02-30", "2020-01-01T10:00:00Z", "0000-01-01", "10:00:00", "24:00:00", "urn:uuid:x", "urn:oid:1.2.03",
    "http://a b", "aGk", "aGk=", "==", "#", "mailto:x", {"reference": "Patient/a"}, {"value": 1},
    {"coding": [{"code": "a"}]}, {"start": "2020", "end": "2019"}, {"extension": [{"url": "http://a"}]},
]  # fmt: skip


@cache
def resources() -> list[dict[str, Any]]:
    """Good resources of every type that we have some of: ours, and the optional ones where they are."""
    files = [*(BASE_DIR / "portal" / "demo" / "data").rglob("*.json"), *TEST_DATA.rglob("*.json")]
    found: dict[str, list[dict[str, Any]]] = {}
    for file in sorted(files):
        try:
            content = json.loads(file.read_bytes())
        except ValueError:
            continue
        bundled = content.get("entry", ()) if isinstance(content, dict) else ()
        for one in [content, *(entry.get("resource") for entry in bundled)]:
            if isinstance(one, dict) and one.get("resourceType") in KINDS and _is_good(one):
                found.setdefault(one["resourceType"], []).append(one)
    return [one for those in found.values() for one in those[:20]]


def _is_good(resource: dict[str, Any]) -> bool:
    try:
        check_resource(resource)
    except Fault:
        return False
    return True


def paths(value: Any, at: Path = ()) -> Iterator[Path]:
    """Where each part of a value stands, the whole left out."""
    for key, child in value.items() if isinstance(value, dict) else enumerate(value):
        if (*at, key) != ("resourceType",):
            yield (*at, key)
            if isinstance(child, dict | list):
                yield from paths(child, (*at, key))


def part(value: Any, path: Sequence[str | int]) -> Any:
    for key in path:
        value = value[key]
    return value


@st.composite
def changed(draw: st.DrawFn) -> dict[str, Any]:
    """A resource in which a part is missing, is something strange, or has a part of another one beside it."""
    resource: dict[str, Any] = copy.deepcopy(draw(st.sampled_from(resources())))
    *above, last = draw(st.sampled_from(list(paths(resource))))
    home = part(resource, above)
    how = draw(st.sampled_from(["taken", "strange", "beside"]))
    if how == "taken":
        del home[last]
    elif how == "strange":
        home[last] = copy.deepcopy(draw(st.sampled_from(STRANGE)))
    else:
        other = draw(st.sampled_from(resources()))
        path = draw(st.sampled_from(list(paths(other))))
        found = copy.deepcopy(part(other, path))
        if isinstance(home, list):
            home.append(found)
        else:
            home[draw(st.sampled_from(["", "_"])) + str(path[-1])] = found
    return resource


@settings(max_examples=1500)
@given(changed())
def test_whatever_the_published_models_refuse_the_walker_refuses(resource: dict[str, Any]) -> None:
    try:
        get_fhir_model_class(resource["resourceType"]).model_validate(resource)
    except (ValidationError, ValueError, KeyError, TypeError, AttributeError, ArithmeticError):
        with pytest.raises(Fault):
            check_resource(resource)


def test_our_own_resources_are_good_to_both() -> None:
    assert len({one["resourceType"] for one in resources()}) > 5
    for one in resources():
        get_fhir_model_class(one["resourceType"]).model_validate(one)


IMMUNIZATION = {
    "resourceType": "Immunization",
    "status": "completed",
    "vaccineCode": {"text": "influenza"},
    "patient": {"reference": "Patient/a"},
    "occurrenceDateTime": "2026-01-05",
}
REQUIRED = {
    "an object": ({"vaccineCode": ...}, "Immunization.vaccineCode"),
    "a value": ({"status": ...}, "Immunization.status"),
    "a value beside which stands an id only": ({"status": ..., "_status": {"id": "a"}}, "Immunization.status"),
    "any of a choice": ({"occurrenceDateTime": ...}, "Immunization"),
    "one of a choice alone": ({"occurrenceString": "last winter"}, "Immunization"),
    "an element inside": ({"protocolApplied": [{"series": "a"}]}, "Immunization.protocolApplied[0]"),
    "a whole last group of base64": ({"extension": [{"url": "http://a", "valueBase64Binary": "aGk"}]},
                                     "Immunization.extension[0].valueBase64Binary"),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "expression"), REQUIRED.values(), ids=REQUIRED.keys())
def test_what_is_required_must_stand_there(changes: dict[str, Any], expression: str) -> None:
    resource = {key: value for key, value in (IMMUNIZATION | changes).items() if value is not ...}
    with pytest.raises(InvalidResource) as caught:
        validate(json.dumps(resource).encode())
    assert caught.value.expression == expression


def test_an_extension_excuses_a_required_value() -> None:
    reason = {"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "masked"}
    resource = {key: value for key, value in IMMUNIZATION.items() if key != "status"}
    resource["_status"] = {"extension": [reason]}
    assert validate(json.dumps(resource).encode()) == resource
