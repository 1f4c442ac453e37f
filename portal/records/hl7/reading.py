"""HL7 v2 in the words of FHIR primitives: segments, components and times as they stand. Pure.

The message is taken apart by hl7apy; what stands here is what its fields mean.
"""

import re
from collections.abc import Iterator
from typing import Any

from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.exceptions import HL7apyException
from hl7apy.parser import parse_message

from portal.records.hl7.errors import MessageRefused

MAX_MESSAGE = 1024 * 1024
_TIME = re.compile(r"(\d{4})(\d{2})?(\d{2})?(?:(\d{2})(\d{2})(\d{2})?(?:\.\d{1,4})?)?([+-]\d{4})?\Z")
_BROKEN = (HL7apyException, ValueError, KeyError, AttributeError, IndexError, TypeError, RecursionError)
SYSTEMS = {
    "LN": "http://loinc.org",
    "SCT": "http://snomed.info/sct",
    "I10": "http://hl7.org/fhir/sid/icd-10-cm",
    "I10C": "http://hl7.org/fhir/sid/icd-10-cm",
    "UCUM": "http://unitsofmeasure.org",
    "RXNORM": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "CVX": "http://hl7.org/fhir/sid/cvx",
}


class Message:
    """A message that was taken apart. Its segments are hl7apy's."""

    def __init__(self, content: bytes) -> None:
        """Raises MessageRefused."""
        if len(content) > MAX_MESSAGE:
            raise MessageRefused(f"The message is larger than {MAX_MESSAGE // 1024} KiB.", code="AR")
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError:
            raise MessageRefused("The message is not UTF-8.") from None
        text = text.replace("\r\n", "\r").replace("\n", "\r").strip("\r") + "\r"
        if not text.startswith("MSH|"):
            raise MessageRefused("A message begins with MSH and the separator |.")
        try:
            self._parsed = parse_message(  # type: ignore[no-untyped-call]
                text, find_groups=False, validation_level=VALIDATION_LEVEL.TOLERANT, force_validation=False
            )
            self.segments = [(str(child.name), child) for child in self._parsed.children]
        except _BROKEN:
            raise MessageRefused("The message cannot be taken apart.") from None

    def first(self, name: str) -> Any:
        """The first segment of that name, or None."""
        return next((segment for kind, segment in self.segments if kind == name), None)


def field(segment: Any, number: int) -> str:
    """The text of a field, its first repetition; "" where there is none."""
    return next(repetitions(segment, number), "")


def repetitions(segment: Any, number: int) -> Iterator[str]:
    """Each repetition of a field, as it is written."""
    if segment is None:
        return
    try:
        found = list(getattr(segment, f"{segment.name.lower()}_{number}"))
    except _BROKEN:
        return
    for one in found:
        try:
            value = one.to_er7()
        except _BROKEN:
            continue
        if value and value != '""':
            yield str(value)


def component(value: str, number: int) -> str:
    """A component of a field, unescaped; "" where there is none."""
    parts = value.split("^")
    return unescaped(parts[number - 1].partition("&")[0]) if number <= len(parts) else ""


def unescaped(value: str) -> str:
    for mark, character in (("F", "|"), ("S", "^"), ("T", "&"), ("R", "~"), (".br", "\n"), ("E", "\\")):
        value = value.replace(f"\\{mark}\\", character)
    return value.strip()


def time_of(value: str) -> str:
    """A FHIR date or dateTime; without a zone it is read as UTC. "" for what is none."""
    match = _TIME.match(component(value, 1))
    if match is None:
        return ""
    year, month, day, hour, minute, second, zone = match.groups()
    date = "-".join(part for part in (year, month, day if month else None) if part)
    if hour is None or day is None:
        return date
    offset = f"{zone[:3]}:{zone[3:]}" if zone else "Z"
    return f"{date}T{hour}:{minute}:{second or '00'}{offset}"


def concept(value: str) -> dict[str, Any]:
    """A CodeableConcept of a coded field: code^text^system, and the alternate one."""
    codings = []
    for at in (1, 4):
        code, shown = component(value, at), component(value, at + 1)
        if code:
            coding = {"system": SYSTEMS.get(component(value, at + 2)), "code": code, "display": shown}
            codings.append({name: word for name, word in coding.items() if word})
    text = component(value, 2) or component(value, 1)
    return {**({"coding": codings} if codings else {}), **({"text": text} if text else {})}
