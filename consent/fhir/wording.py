"""What a FHIR Consent says, in words: a sentence for each provision, exceptions after what they are exceptions to."""

from collections.abc import Collection, Mapping

from consent import instants
from consent.fhir import codes
from consent.fhir.rules import FhirConsent, Rule
from consent.fhir.spans import Span
from consent.sentence import day
from consent.vocabulary import CATEGORIES, LEVELS, PURPOSES, SENSITIVITIES

_ACTIONS = {
    "collect": "collect",
    "access": "read",
    "use": "use",
    "disclose": "pass on",
    "correct": "add to and change",
}
_LEVELS = {
    "U": "unrestricted",
    "L": "low",
    "M": "moderate",
    "N": "normal",
    **{code: SENSITIVITIES[code] for code in "RV"},
}


def write(consent: FhirConsent, names: Mapping[str, str], place: str) -> str:
    """`names`: of the parties, by their references."""
    parts = [_provision(rule, names) for rule in consent.rules]
    head, *exceptions = parts
    said = [f"A consent brought from elsewhere, over your records held by {place}: {head}."]
    said += [
        f"Except ({rule.clause}): {text}." for rule, text in zip(consent.rules[1:], exceptions, strict=True)
    ]
    return " ".join(said)


def _provision(rule: Rule, names: Mapping[str, str]) -> str:
    may = "may" if rule.effect == "permit" else "may not"
    who = _either([names.get(actor.reference) or actor.reference for actor in rule.actors]) or "anybody"
    does = _either([_ACTIONS[name] for name in rule.actions]) or "use in any way"
    return f"{who} {may} {does} {_what(rule)}{_why(rule)}{_when(rule.period)}"


def _what(rule: Rule) -> str:
    parts = [*(CATEGORIES[name] for name in rule.categories), *(f"{name} records" for name in rule.types)]
    what = f"your {_either(parts)}" if parts else "all of it"
    if rule.labels is not None:
        covers = "up to" if rule.labels.stated_in == "permit" else "from"
        named = [
            f"{covers} the level “{_LEVELS[code]}”" if code in LEVELS else f"marked as {SENSITIVITIES[code]}"
            for code in rule.labels.codes
        ]
        what += f", {_either(named)}"
    if rule.data:
        what += f", only {_either([f'{datum.reference} ({datum.meaning})' for datum in rule.data])}"
    return what + (f", dated{_when(rule.dates)}" if rule.dates is not None else "")


def _why(rule: Rule) -> str:
    plain = [purpose.removeprefix(f"{codes.PURPOSE_SYSTEM}|") for purpose in rule.purposes]
    return f", for {_either([PURPOSES.get(code, code) for code in plain])}" if plain else ""


def _when(span: Span) -> str:
    starts = f" from {_day(span.starts)}" if span.starts is not None else ""
    return starts + (f" until {_day(span.ends)}" if span.ends is not None else "")


def _day(count: int) -> str:
    return day(instants.from_microseconds(count)) if abs(count) <= instants.LAST else "the end of time"


def _either(words: Collection[str]) -> str:
    *others, last = list(dict.fromkeys(words)) or [""]
    return f"{', '.join(others)} or {last}" if others else last
