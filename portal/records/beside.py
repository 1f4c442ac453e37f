"""Primitive values and what stands beside them: `birthDate` and `_birthDate`, `given` and `_given` (FHIR R4, 2.6.2.3).

Where a value is missing, an extension beside it says why: neither null nor an id says that (ele-1). Pure.
"""

from collections.abc import Mapping
from typing import Any

from portal.records.faults import Fault


def check(value: Mapping[str, Any], key: str) -> None:
    """Raise Fault unless each place of an element, `given` or `_given`, has a value or an extension."""
    name = key.removeprefix("_")
    values, beside = value.get(name), value.get(f"_{name}")
    if not isinstance(values, list) and not isinstance(beside, list):
        if values is None and not _says(beside):
            raise Fault("has neither a value nor an extension (ele-1)", f".{key}")
        return
    ours, theirs = _as_list(values), _as_list(beside)
    for index in range(max(len(ours), len(theirs))):
        there = index < len(ours) and ours[index] is not None
        if not there and not (index < len(theirs) and _says(theirs[index])):
            raise Fault("has neither a value nor an extension (ele-1)", f"[{index}]", f".{key}")


def _as_list(found: Any) -> list[Any]:
    return found if isinstance(found, list) else []


def _says(one: Any) -> bool:
    return isinstance(one, Mapping) and "extension" in one
