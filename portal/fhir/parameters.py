"""Which of the parameters of a search are for the records, which for the form of the answer, and which for nobody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from portal.fhir.errors import BadParameter
from portal.fhir.shortening import SUMMARIES
from portal.records.parameters import is_served

# These choose the form of the answer.
OF_THE_ANSWER = frozenset({"_format", "_pretty", "_summary", "_elements"})
ONLY_A_COUNT = {"_count": ["0"], "_total": ["accurate"]}


@dataclass(frozen=True, slots=True)
class Asked:
    """`served` goes to the search; `warning` says what was left out, for a client that prefers it so. `shown` are
    those that were understood, as the link of the answer repeats them."""

    served: Mapping[str, Sequence[str]]
    shown: Mapping[str, Sequence[str]]
    warning: str = ""
    summary: str = ""
    elements: tuple[str, ...] = field(default=())


def asked_for(kind: str, given: Mapping[str, Sequence[str]], *, base: str, lenient: bool) -> Asked:
    """Parameters that are not served go on to the search, which refuses them, unless the client is lenient.

    `base` is this server's own address, which a reference may name. Raises BadParameter.
    """
    meant = {
        name: [value.removeprefix(f"{base}/") for value in values]
        for name, values in given.items()
        if name not in OF_THE_ANSWER
    }
    unknown = sorted(name for name in meant if not is_served(kind, name))
    warning = ""
    if lenient and unknown:
        names = ", ".join(name[:40] for name in unknown)
        warning = f"These parameters are not served and were ignored: {names}."
        meant = {name: values for name, values in meant.items() if name not in unknown}
    summary = _one(given, "_summary")
    if summary not in SUMMARIES:
        raise BadParameter(f"_summary is one of {', '.join(filter(None, SUMMARIES))}.", expression="_summary")
    elements = tuple(filter(None, _one(given, "_elements").split(",")))
    form = {name: list(given[name]) for name in ("_summary", "_elements") if name in given}
    served = {**meant, **ONLY_A_COUNT} if summary == "count" else meant
    return Asked(served, {**meant, **form}, warning, summary, elements)


def _one(given: Mapping[str, Sequence[str]], name: str) -> str:
    return ",".join(given.get(name, ()))
