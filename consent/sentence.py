"""The plain sentence that a person signs, drawn from the same terms that are compiled, and saying no more."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from consent import part2
from consent.errors import TermsError
from consent.terms import Terms
from consent.vocabulary import ACTIONS, CATEGORIES, EVENTS, MEANINGS, PURPOSES, ROLES, SENSITIVITIES

LANGUAGE = "en"
TEMPLATE = "en-4"


@dataclass(frozen=True)
class Display:
    """The names that the sentence shows for opaque ids.

    `organisation` is the practitioner's, `cosigner` the second signer's, if the terms name them.
    """

    grantee: str
    custodian: str
    organisation: str = ""
    cosigner: str = ""

    def __post_init__(self) -> None:
        for name in (self.grantee, self.custodian, self.organisation or "-", self.cosigner or "-"):
            if not name.strip() or len(name) > 200 or not name.isprintable():
                raise TermsError("A name in a contract has 1 to 200 printable characters.")


def write(terms: Terms, display: Display) -> str:
    """A sentence for these terms, in English, to the second (or finer where the terms are), and its conditions."""
    if terms.grantee.organisation is not None and not display.organisation:
        raise TermsError("The contract names an organisation of the practitioner: its name is needed.")
    if terms.cosigner is not None and not display.cosigner:
        raise TermsError("The contract waits for a second signature: the name of that signer is needed.")
    parts = [
        f"{_grantee(terms, display)} {'may' if terms.effect == 'permit' else 'may not'}",
        f"{_names(terms.actions, ACTIONS)} {_data(terms)} held by {display.custodian},",
        f"for {_names(terms.purposes, PURPOSES)},",
        f"{_period(terms)};",
        f"{_sensitive(terms)}.",
        *(_conditions(terms, display) if terms.effect == "permit" else ()),
    ]
    return " ".join(parts)


def day(instant: datetime) -> str:
    """1 March 2027, 14:00 UTC. Seconds and below are shown only where there are any."""
    clock = f"{instant:%H:%M}"
    if instant.microsecond:
        clock = f"{instant:%H:%M:%S.%f}"
    elif instant.second:
        clock = f"{instant:%H:%M:%S}"
    return f"{instant.day} {instant:%B %Y}, {clock} UTC"


def until(instant: datetime) -> str:
    """The end of 28 February 2027 UTC, where it is that; else as `day`. The last instant is not included."""
    before = instant - timedelta(microseconds=1)
    if before.date() == instant.date():
        return day(instant)
    return f"the end of {before.day} {before:%B %Y} UTC"


def _conditions(terms: Terms, display: Display) -> Iterator[str]:
    if terms.strong:
        yield "Only after a strong log-in."
    if terms.during:
        yield f"Only while {_either(terms.during, EVENTS)} is open between you and those who look."
    if terms.uses is not None:
        yield f"At most {_times(terms.uses)}; then it ends."
    if terms.suspend_above is not None:
        yield f"It is suspended when it is used more than {_times(terms.suspend_above)} a day."
    if terms.cosigner is not None:
        yield f"It holds once {display.cosigner} has signed it too."
    if terms.notify:
        yield "You are told of each use."
    if terms.redisclosure:
        yield from part2.statements(terms, display.custodian)
    if terms.report_back:
        yield "Whoever uses it reports back to you what came of it."


def _grantee(terms: Terms, display: Display) -> str:
    grantee, name = terms.grantee, display.grantee
    if grantee.kind == "role":
        article = "an" if ROLES[grantee.role][0] in "aeiou" else "a"
        return f"Whoever is {article} {ROLES[grantee.role]} at {name}"
    if terms.effect == "deny":
        who = f"Whoever acts for {name}" if grantee.kind in ("organisation", "team", "group") else name
        return f"{who}, acting for {display.organisation}," if grantee.organisation else who
    if grantee.kind == "practitioner" and grantee.organisation is not None:
        return f"{name}, as a clinician of {display.organisation},"
    return {
        "organisation": f"Any clinician of {name}",
        "team": f"Any clinician of the care team {name}",
        "group": f"Any clinician of the organisations of {name}",
        "application": f"The application {name}, by itself,",
        "person": f"{name}, as your guardian,",
        "practitioner": f"{name}, as a clinician,",
    }[grantee.kind]


def _data(terms: Terms) -> str:
    """Your lab results; your records (only of the type Observation; only Observation/7; dated ...)."""
    what = _names(terms.categories, CATEGORIES) if terms.categories else "records"
    limits = []
    if terms.types:
        limits.append(f"only of the type {_listed(terms.types, 'or')}")
    if terms.records:
        named = [MEANINGS[one.meaning].format(one.reference) for one in terms.records]
        limits.append(f"only {_listed(named, 'or')}")
    if terms.data_starts is not None:
        limits.append(f"dated {day(terms.data_starts)} or later")
    if terms.data_ends is not None:
        limits.append(f"dated before {day(terms.data_ends)}")
    return f"your {what} ({'; '.join(limits)})" if limits else f"your {what}"


def _period(terms: Terms) -> str:
    end = f"until {until(terms.ends)}"
    return f"from {day(terms.starts)} {end}" if terms.starts else end


def _sensitive(terms: Terms) -> str:
    named = _names(terms.sensitivity, SENSITIVITIES) if terms.sensitivity else ""
    if terms.effect == "deny":
        return f"only what is marked as {named}" if named else "whatever it is marked as"
    also = f"also what is marked as {named}" if named else "nothing that is marked as sensitive"
    if not terms.excluded:
        return also
    return f"{also}; not what is marked as {_either(terms.excluded, SENSITIVITIES)}"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _names(codes: Collection[str], labels: Mapping[str, str]) -> str:
    return _listed([label for code, label in labels.items() if code in codes], "and")


def _either(codes: Collection[str], labels: Mapping[str, str]) -> str:
    return _listed([label for code, label in labels.items() if code in codes], "or")


def _listed(words: Collection[str], last: str) -> str:
    *others, final = words
    return f"{', '.join(others)} {last} {final}" if others else final
