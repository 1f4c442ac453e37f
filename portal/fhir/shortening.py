"""`_summary` and `_elements`: a resource with fewer elements, each as it was written. Pure."""

import json
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from fhir.resources.R4B import get_fhir_model_class

from portal.records.strict_json import Reader

SUMMARIES = ("", "true", "text", "data", "count", "false")
ALWAYS = frozenset({"resourceType", "id", "meta"})
# https://hl7.org/fhir/R4/valueset-common-tags.html: it is not the whole resource.
SUBSETTED = {"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "SUBSETTED"}


def shortened(content: bytes, kind: str, *, summary: str, elements: Sequence[str]) -> bytes:
    """The resource with what `_summary` or `_elements` leaves of it, and a tag that says so."""
    if summary == "data":
        return _keeping(content, lambda name: name != "text")
    if elements:
        kept = ALWAYS | _required(kind) | set(elements)
    elif summary == "true":
        kept = ALWAYS | _required(kind) | _in_summary(kind)
    elif summary == "text":
        kept = ALWAYS | _required(kind) | {"text"}
    else:
        return content
    return _keeping(content, kept.__contains__)


def _keeping(content: bytes, keeps: Callable[[str], bool]) -> bytes:
    """Copied text for text: read and written again, 1.50 would become 1.5."""
    reader = Reader(content)
    parts = []
    tagged = False
    for name in reader.members():
        value, text = reader.value()
        if name == "meta" and isinstance(value, dict):
            text, tagged = json.dumps({**value, "tag": [*value.get("tag", ()), SUBSETTED]}), True
        if keeps(name.removeprefix("_")):
            parts.append(f"{json.dumps(name)}:{text}")
    if not tagged:
        parts.append(f'"meta":{json.dumps({"tag": [SUBSETTED]})}')
    return ("{" + ",".join(parts) + "}").encode()


@cache
def _in_summary(kind: str) -> frozenset[str]:
    return _named(kind, lambda field, marks: bool(marks.get("summary_element_property")))


@cache
def _required(kind: str) -> frozenset[str]:
    """Without these a resource would not be one."""
    return _named(
        kind,
        lambda field, marks: bool(
            field.is_required() or marks.get("element_required") or marks.get("one_of_many_required")
        ),
    )


def _named(kind: str, chosen: Callable[[Any, dict[str, Any]], bool]) -> frozenset[str]:
    fields = get_fhir_model_class(kind).model_fields
    return frozenset(
        str(one.alias or name)
        for name, one in fields.items()
        if isinstance(one.json_schema_extra, dict) and chosen(one, one.json_schema_extra)
    )
