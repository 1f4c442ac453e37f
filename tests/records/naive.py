"""A search as slow and plain as it can be: every resource is looked at, by the words of FHIR R4 and US Core."""

import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

Json = dict[str, Any]
Range = tuple[datetime, datetime]

# Where US Core's parameters look, where that is not an element of the parameter's own name.
ELEMENTS = {
    ("Condition", "onset-date"): ("onsetDateTime", "onsetPeriod"),
    ("Condition", "abatement-date"): ("abatementDateTime", "abatementPeriod"),
    ("Condition", "recorded-date"): ("recordedDate",),
    ("CarePlan", "date"): ("period",),
    ("CareTeam", "role"): ("participant.role",),
    ("DiagnosticReport", "date"): ("effectiveDateTime", "effectivePeriod"),
    ("DocumentReference", "period"): ("context.period",),
    ("Encounter", "date"): ("period",),
    ("Encounter", "location"): ("location.location",),
    ("Encounter", "discharge-disposition"): ("hospitalization.dischargeDisposition",),
    ("Goal", "target-date"): ("target.dueDate",),
    ("Immunization", "date"): ("occurrenceDateTime",),
    ("MedicationRequest", "authoredon"): ("authoredOn",),
    ("Observation", "date"): ("effectiveDateTime", "effectivePeriod", "effectiveInstant"),
    ("Patient", "birthdate"): ("birthDate",),
    ("Patient", "death-date"): ("deceasedDateTime",),
    ("Patient", "family"): ("name.family",),
    ("Patient", "given"): ("name.given",),
    ("Procedure", "date"): ("performedDateTime", "performedPeriod"),
    ("ServiceRequest", "authored"): ("authoredOn",),
    ("Location", "name"): ("name", "alias"),
    ("Organization", "name"): ("name", "alias"),
}
SUBJECTS = ("patient", "subject", "beneficiary")


def fits(resource: Json, name: str, kind: str, value: str) -> bool:
    """Whether a resource fits one parameter."""
    return any(_fits_one(resource, name, kind, word) for word in value.split(","))


def values(resource: Json, name: str) -> list[Any]:
    """What of a resource a parameter looks at."""
    if name == "_id":
        return [resource["id"]]
    if name == "patient":
        return [resource[element] for element in SUBJECTS if element in resource]
    if name == "asserted-date":
        return [
            one["valueDateTime"]
            for one in resource.get("extension", ())
            if one["url"].endswith("assertedDate")
        ]
    plain = "".join(part.title() if at else part for at, part in enumerate(name.split("-")))
    if name.startswith("address-"):
        plain = {"city": "address.city", "state": "address.state", "postalcode": "address.postalCode"}[
            name[8:]
        ]
    paths = ELEMENTS.get((resource["resourceType"], name), (plain,))
    return [found for path in paths for found in _at(resource, path.split("."))]


def questions(value: Any, kind: str) -> list[str]:
    """How somebody would ask for this value."""
    if kind == "token" and isinstance(value, dict):
        return [
            spelled
            for coding in value.get("coding", [value])
            for code in [coding.get("code", coding.get("value"))]
            if code
            for spelled in (code, f"{coding.get('system', '')}|{code}")
        ]
    if kind == "reference":
        reference = value["reference"] if isinstance(value, dict) else value
        return [reference, reference.rpartition("/")[2]] if "://" not in reference else [reference]
    if kind == "date":
        day = str(value.get("start") if isinstance(value, dict) else value)[:10]
        return [day, day[:7], day[:4], f"ge{day}", f"le{day}", f"gt{day}", f"lt{day}", f"ge{day},lt1950"]
    if kind == "string":
        words = list(_strings(value))
        return [words[0], words[-1].upper(), words[0][:4]] if words else []
    return [value]


def _fits_one(resource: Json, name: str, kind: str, word: str) -> bool:
    found = values(resource, name)
    if kind == "token":
        return any(word in questions(value, kind) for value in found)
    if kind == "reference":
        return any(word in questions(value, kind) for value in found)
    if kind == "string":
        return any(
            part.startswith(_plain(word))
            for value in found
            for text in _strings(value)
            for part in (_plain(text), *_plain(text).split())
        )
    return any(_compares(word, value) for value in found)


def _compares(word: str, value: Any) -> bool:
    prefix, day = (word[:2], word[2:]) if word[:2].isalpha() else ("eq", word)
    start, end = _range(day)
    low = _range(value)[0] if isinstance(value, str) else _range(value.get("start", "0001"))[0]
    high = _range(value)[1] if isinstance(value, str) else _range(value.get("end", "9998"))[1]
    return {
        "eq": start <= low and high <= end,
        "ge": high > start,
        "le": low < end,
        "gt": high > end,
        "lt": low < start,
    }[prefix]


def _range(text: str) -> Range:
    """The first moment of a date and the first one after it."""
    if len(text) > 10:
        moment = datetime.fromisoformat(text).astimezone(UTC)
        return moment, moment + timedelta(microseconds=1000 if "." in text else 1_000_000)
    if len(text) == 10:
        first = datetime.fromisoformat(text).replace(tzinfo=UTC)
        return first, first + timedelta(days=1)
    year, month = int(text[:4]), int(text[5:7] or 1)
    first = datetime(year, month, 1, tzinfo=UTC)
    if len(text) == 4:
        return first, datetime(year + 1, 1, 1, tzinfo=UTC)
    return first, datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)


def _at(value: Any, path: list[str]) -> Iterator[Any]:
    children = value.get(path[0]) if isinstance(value, dict) else None
    for child in children if isinstance(children, list) else [] if children is None else [children]:
        if path[1:]:
            yield from _at(child, path[1:])
        else:
            yield child


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
        return
    for element in ("text", "family", "given", "prefix", "suffix", "line", "city", "district", "state",
                    "postalCode", "country"):  # fmt: skip
        found = value.get(element, [])
        yield from [found] if isinstance(found, str) else found


def _plain(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))
