"""The words, days and figures inside a FHIR R4 resource."""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.utils.dateparse import parse_date, parse_datetime

Resource = Mapping[str, Any]

# SNOMED CT fully specified names end in what kind of thing they name: noise to a reader.
_KIND_OF_THING = re.compile(
    r" \((?:disorder|finding|situation|procedure|regime/therapy|observable entity|morphologic abnormality|"
    r"environment|qualifier value|record artifact|person|event|substance|product|physical object)\)$"
)
# LOINC's long names say property, scale and method: "Platelets [#/volume] in Blood by Automated count".
_LOINC = "http://loinc.org"
_PROPERTY = re.compile(r" \[[^\]]*\]")
_METHOD = re.compile(r" by [A-Z][^,]*$")
_SAID = {
    "mm[Hg]": "mmHg",
    "[degF]": "°F",
    "Cel": "°C",
    "10*3/uL": "10³/µL",
    "10*6/uL": "10⁶/µL",
    "10*9/L": "10⁹/L",
    "10*12/L": "10¹²/L",
}
"""Units whose UCUM code nobody writes."""


def words(concept: Any) -> str:
    """What a CodeableConcept says: its text, else the display of a coding, else a code."""
    if isinstance(concept, list):
        return words(concept[0]) if concept else ""
    if not isinstance(concept, Mapping):
        return ""
    codings = [coding for coding in concept.get("coding", ()) if isinstance(coding, Mapping)]
    said = [concept.get("text"), *(coding.get("display") for coding in codings)]
    said += [coding.get("code") for coding in codings]
    found = next((text for text in said if isinstance(text, str) and text.strip()), "")
    plain = _KIND_OF_THING.sub("", found.strip())
    if any(coding.get("system") == _LOINC for coding in codings):
        plain = _plain_loinc(plain)
    return plain


def _plain_loinc(said: str) -> str:
    """ "Platelets in Blood"; what is no long name stays as it is."""
    without = _PROPERTY.sub("", said)
    return _METHOD.sub("", without) if without != said or " in " in said else said


def begun(title: str) -> str:
    """ "varicella" begins a line as any word does; "pH" and "mRNA" are spelled like that."""
    first = title.split(" ", 1)[0]
    return title[:1].upper() + title[1:] if first.islower() else title


def code(concept: Any) -> str:
    """The first code of a concept with its system, to tell concepts apart; its words where it has none."""
    if isinstance(concept, Mapping):
        for coding in concept.get("coding", ()):
            if coding.get("code"):
                return f"{coding.get('system', '')}|{coding['code']}"
    return words(concept)


def coded(concept: Any) -> str:
    """The bare first code of a concept: "active", "H"."""
    if isinstance(concept, list):
        return coded(concept[0]) if concept else ""
    codings = concept.get("coding", ()) if isinstance(concept, Mapping) else ()
    return str(codings[0].get("code", "")) if codings else ""


def name(resource: Resource) -> tuple[str, str]:
    """Family and given names: the official or first name that is not an old one."""
    names = [each for each in resource.get("name", ()) if isinstance(each, Mapping)]
    current = [each for each in names if each.get("use") not in ("old", "maiden", "nickname")] or names
    official = next(
        (each for each in current if each.get("use") == "official"), current[0] if current else {}
    )
    return str(official.get("family", "")), " ".join(map(str, official.get("given", ())))


def born(resource: Resource) -> date | None:
    """The date of birth, if all of it is known."""
    return day(resource.get("birthDate"))


def day(value: Any) -> date | None:
    """The day of a FHIR date, dateTime, instant or Period; None where less than a day is known."""
    if isinstance(value, Mapping):
        return day(value.get("start")) or day(value.get("end"))
    if not isinstance(value, str) or len(value) < 10:
        return None
    try:
        moment = parse_datetime(value) if "T" in value else None
        return moment.date() if moment else parse_date(value[:10])
    except ValueError:
        return None


def quantity(value: Any) -> tuple[float, str] | None:
    """The value and unit of a Quantity that has both a number and no comparator."""
    if not isinstance(value, Mapping) or value.get("comparator"):
        return None
    number = value.get("value")
    if not isinstance(number, int | float) or isinstance(number, bool):
        return None
    return float(number), unit(str(value.get("unit") or value.get("code") or ""))


def amount(value: Resource) -> str:
    """A Quantity as it was written, with its comparator: "< 5 mmol/L"."""
    written = (
        value.get("comparator"),
        value.get("value"),
        unit(str(value.get("unit") or value.get("code") or "")),
    )
    return " ".join(str(part) for part in written if part not in (None, ""))


def unit(ucum: str) -> str:
    """A unit as people write it: UCUM's annotations without their braces, squares and micro as they look."""
    if ucum in _SAID:
        return _SAID[ucum]
    plain = re.sub(r"^\{(.*)\}$", r"\1", ucum).replace("_", " ")
    plain = re.sub(r"\{([^}]*)\}", r"\1", plain)
    plain = re.sub(r"(?<![A-Za-z])u(?=(?:mol|g|L|kat)\b)", "µ", plain)
    return re.sub(r"\bm([23])\b", lambda power: "m" + "²³"[int(power[1]) - 2], plain)


def components(resource: Resource) -> Iterator[Resource]:
    yield from (each for each in resource.get("component", ()) if isinstance(each, Mapping))


def display(reference: Any) -> str:
    """What a Reference is called."""
    if isinstance(reference, list):
        return display(reference[0]) if reference else ""
    return str(reference.get("display", "")) if isinstance(reference, Mapping) else ""


def written(resource: Resource) -> Iterator[str]:
    """The plain text that stands in a document itself."""
    for attachment in _attachments(resource):
        if str(attachment.get("contentType", "")).startswith("text/plain") and "data" in attachment:
            try:
                yield (
                    base64.b64decode(str(attachment["data"]), validate=True).decode(errors="replace").strip()
                )
            except binascii.Error:
                continue


def attached(resource: Resource) -> str:
    """The id of the Binary that a document leads to, "" if it leads to none."""
    places = (str(attachment.get("url", "")) for attachment in _attachments(resource))
    return next((place.removeprefix("Binary/") for place in places if place.startswith("Binary/")), "")


def _attachments(resource: Resource) -> Iterator[Resource]:
    for content in resource.get("content", ()):
        attachment = content.get("attachment") if isinstance(content, Mapping) else None
        if isinstance(attachment, Mapping):
            yield attachment
