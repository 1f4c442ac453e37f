"""The lexical rules of FHIR's primitive types (R4, 2.24), which the generated models are too lax about. Pure."""

import re
from collections.abc import Callable
from datetime import date

from portal.records.narrative import fault_of_narrative

# A rule answers what is wrong with a value, or "" if nothing is.
Rule = Callable[[object], str]

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
ID = re.compile(r"[A-Za-z0-9\-.]{1,64}\Z")
_CODE = re.compile(r"[^\s]+( [^\s]+)*\Z")
_URI = re.compile(r"\S+\Z")
# What runs where a reader follows it. What `data:` holds is shown, and not run, of these types alone.
_RUNS = re.compile(
    r"(javascript|vbscript):|data:(?!(image/(png|jpeg|gif|webp)|(audio|video)/[\w.+-]+|text/plain|application/pdf)[;,])",
    re.IGNORECASE,
)
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")
_MEDIA_TYPE = re.compile(r"[\w!#$&^.+\-]+/[\w!#$&^.+\-]+(\s*;.*)?\Z", re.ASCII)
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*\Z")
_CURRENCY = re.compile(r"[A-Z]{3}\Z")
_SAMPLE = r"(-?\d+(\.\d+)?([eE][+-]?\d+)?|E|U|L)"
_SAMPLES = re.compile(rf"{_SAMPLE}( {_SAMPLE})*\Z", re.ASCII)
_OID = re.compile(r"urn:oid:[0-2](\.(0|[1-9][0-9]*))+\Z")
_UUID = re.compile(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z")
_DAY = r"[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01])"
_CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]+)?"
_ZONE = r"(Z|[+-]((0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
_DATE = re.compile(rf"{_DAY})?)?\Z")
_DATE_TIME = re.compile(rf"{_DAY}(T{_CLOCK}{_ZONE})?)?)?\Z")
_INSTANT = re.compile(rf"[0-9]{{4}}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T{_CLOCK}{_ZONE}\Z")
_TIME = re.compile(rf"{_CLOCK}\Z")
_BASE64 = re.compile(r"[0-9a-zA-Z+/\s]+={0,2}\s*\Z")
_REFERENCE = re.compile(
    r"(#[A-Za-z0-9\-.]{0,64}|[A-Z][A-Za-z]+/[A-Za-z0-9\-.]{1,64}(/_history/[A-Za-z0-9\-.]{1,64})?"
    r"|[A-Z][A-Za-z]+\?\S+|urn:(uuid|oid):\S+|https?://\S+)\Z"
)
_MAX_STRING = 2**20  # "Strings SHALL NOT exceed 1,048,576 characters in size"
_MAX_INTEGER = 2**31
_MAX_DECIMAL = 10**100


def text(value: object) -> str:
    if not isinstance(value, str):
        return "must be a string"
    if not value or value.isspace():
        return "must not be empty"
    return "holds a control character or a lone surrogate" if _CONTROL.search(value) else ""


def string(value: object) -> str:
    return text(value) or _unless(len(str(value)) <= _MAX_STRING, "is longer than 1,048,576 characters")


def absolute(uri: str) -> bool:
    """Whether a URI says by itself where it leads."""
    return _ABSOLUTE.match(uri) is not None


def element_id(value: object) -> str:
    """The id of an element within a resource (FHIR R4, 2.24.0.1)."""
    return string(value) or _unless(
        len(str(value).split()) == 1 and str(value).strip() == value, "has spaces"
    )


def boolean(value: object) -> str:
    return "" if isinstance(value, bool) else "must be true or false"


def decimal(value: object) -> str:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return "must be a JSON number"
    # 1e400 is infinite to whoever reads it into a double; no measurement is anywhere near the limit.
    return "" if -_MAX_DECIMAL < value < _MAX_DECIMAL else "is too large a number"


def harmless(value: object) -> str:
    """A string that may be followed as a link."""
    return text(value) or _unless(not _RUNS.match(str(value)), "is an address that would run as a program")


def _link(name: str) -> Rule:
    lexical = _matching(_URI, name)

    def rule(value: object) -> str:
        return lexical(value) or harmless(value)

    return rule


def reference(value: object) -> str:
    return text(value) or _unless(_REFERENCE.match(str(value)), "is not a FHIR reference")


def system(value: object) -> str:
    """What a code or an identifier is of: whoever reads it elsewhere has nothing to complete a relative one with."""
    return RULES["Uri"](value) or _unless(absolute(str(value)), "must be an absolute URI")


def _whole(least: int) -> Rule:
    def rule(value: object) -> str:
        if not isinstance(value, int) or isinstance(value, bool):
            return "must be a whole JSON number"
        return _unless(least <= value < _MAX_INTEGER, f"must lie between {least} and {_MAX_INTEGER - 1}")

    return rule


def _matching(pattern: re.Pattern[str], name: str) -> Rule:
    def rule(value: object) -> str:
        return text(value) or _unless(pattern.match(str(value)), f"is not a FHIR {name}")

    return rule


def _dated(pattern: re.Pattern[str], name: str) -> Rule:
    lexical = _matching(pattern, name)

    def rule(value: object) -> str:
        if fault := lexical(value):
            return fault
        day = str(value)[:10]
        try:
            date.fromisoformat(day) if len(day) == 10 else date(int(day[:4]), 1, 1)
        except ValueError:
            return "is not a day of the calendar"
        return ""

    return rule


language = _matching(_LANGUAGE, "language (BCP 47)")
_lexical_base64 = _matching(_BASE64, "base64Binary")


def _base64(value: object) -> str:
    return _lexical_base64(value) or _unless(
        len("".join(str(value).split())) % 4 == 0, "is not a FHIR base64Binary: it is cut short"
    )


def one_of(codes: frozenset[str]) -> Rule:
    """A code with a required binding."""
    known = ", ".join(sorted(codes))

    def rule(value: object) -> str:
        return text(value) or _unless(value in codes, f"must be one of: {known}")

    return rule


def _unless(holds: object, fault: str) -> str:
    return "" if holds else fault


RULES: dict[str, Rule] = {
    "String": string,
    "Markdown": string,
    "Id": _matching(ID, "id (letters, digits, - and ., at most 64)"),
    "Code": _matching(_CODE, "code"),
    "Uri": _link("uri"),
    "Url": _link("url"),
    "Canonical": _link("canonical"),
    "Oid": _matching(_OID, "oid"),
    "Uuid": _matching(_UUID, "uuid"),
    "Boolean": boolean,
    "Integer": _whole(-_MAX_INTEGER),
    "UnsignedInt": _whole(0),
    "PositiveInt": _whole(1),
    "Decimal": decimal,
    "Date": _dated(_DATE, "date"),
    "DateTime": _dated(_DATE_TIME, "dateTime"),
    "Instant": _dated(_INSTANT, "instant"),
    "Time": _matching(_TIME, "time"),
    "Base64Binary": _base64,
    "Xhtml": fault_of_narrative,
}

# Where more is asked of an element than its type says.
OF_ELEMENTS: dict[str, Rule] = {
    "Reference.reference": reference,
    "ContactPoint.value": harmless,  # a link, where its system is url
    "Coding.system": system,
    "Identifier.system": system,
    "Money.currency": _matching(_CURRENCY, "currency (three letters of ISO 4217)"),
    "Attachment.contentType": _matching(_MEDIA_TYPE, "media type"),
    "Binary.contentType": _matching(_MEDIA_TYPE, "media type"),
    "SampledData.data": _matching(_SAMPLES, "series of samples"),
}
