"""The plain sentence that a person signs, drawn from the same terms that are compiled, and saying no more."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from consent.errors import TermsError
from consent.terms import Terms
from consent.vocabulary import ACTIONS, CATEGORIES, PURPOSES, SENSITIVITIES

LANGUAGE = "en"
TEMPLATE = "en-1"


@dataclass(frozen=True)
class Display:
    """The names that the sentence shows for opaque ids. `organisation` is the practitioner's, if the terms name it."""

    grantee: str
    custodian: str
    organisation: str = ""

    def __post_init__(self) -> None:
        for name in (self.grantee, self.custodian, self.organisation or "-"):
            if not name.strip() or len(name) > 200 or not name.isprintable():
                raise TermsError("A name in a contract has 1 to 200 printable characters.")


def write(terms: Terms, display: Display) -> str:
    """One sentence for these terms, in English, to the second (or finer where the terms are)."""
    if terms.grantee.organisation is not None and not display.organisation:
        raise TermsError("The contract names an organisation of the practitioner: its name is needed.")
    parts = [
        f"{_grantee(terms, display)} {'may' if terms.effect == 'permit' else 'may not'}",
        f"{_names(terms.actions, ACTIONS)} your {_names(terms.categories, CATEGORIES)} held by {display.custodian},",
        f"for {_names(terms.purposes, PURPOSES)},",
        f"{_period(terms)};",
        f"{_sensitive(terms)}.",
    ]
    if terms.strong and terms.effect == "permit":
        parts.append("Only after a strong log-in.")
    if terms.notify and terms.effect == "permit":
        parts.append("You are told of each use.")
    return " ".join(parts)


def day(instant: datetime) -> str:
    """1 March 2027, 14:00 UTC. Seconds and below are shown only where there are any."""
    clock = f"{instant:%H:%M}"
    if instant.microsecond:
        clock = f"{instant:%H:%M:%S.%f}"
    elif instant.second:
        clock = f"{instant:%H:%M:%S}"
    return f"{instant.day} {instant:%B %Y}, {clock} UTC"


def _grantee(terms: Terms, display: Display) -> str:
    if terms.effect == "deny":
        of_all = terms.grantee.kind == "organisation"
        who = f"Whoever acts for {display.grantee}" if of_all else display.grantee
        return f"{who}, acting for {display.organisation}," if terms.grantee.organisation else who
    if terms.grantee.kind == "organisation":
        return f"Any clinician of {display.grantee}"
    if terms.grantee.kind == "person":
        return f"{display.grantee}, as your guardian,"
    if terms.grantee.organisation is None:
        return f"{display.grantee}, as a clinician,"
    return f"{display.grantee}, as a clinician of {display.organisation},"


def _period(terms: Terms) -> str:
    until = f"until {day(terms.ends)}"
    return f"from {day(terms.starts)} {until}" if terms.starts else until


def _sensitive(terms: Terms) -> str:
    named = _names(terms.sensitivity, SENSITIVITIES) if terms.sensitivity else ""
    if terms.effect == "deny":
        return f"only what is marked as {named}" if named else "whatever it is marked as"
    return f"also what is marked as {named}" if named else "nothing that is marked as sensitive"


def _names(codes: Collection[str], labels: Mapping[str, str]) -> str:
    words = [label for code, label in labels.items() if code in codes]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
