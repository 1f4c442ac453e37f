"""Which of the parameters of a search are for the records, and what becomes of those that nobody serves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from portal.records.parameters import SERVED

# These choose the form of the answer; there is only one.
OF_THE_ANSWER = frozenset({"_format", "_pretty"})


@dataclass(frozen=True, slots=True)
class Asked:
    """`served` goes to the search; `warning` says what was left out, for a client that prefers it so."""

    served: Mapping[str, Sequence[str]]
    warning: str = ""


def asked_for(given: Mapping[str, Sequence[str]], *, lenient: bool) -> Asked:
    """Parameters that are not served go on to the search, which refuses them, unless the client is lenient."""
    meant = {name: list(values) for name, values in given.items() if name not in OF_THE_ANSWER}
    unknown = sorted(set(meant) - SERVED)
    if not lenient or not unknown:
        return Asked(meant)
    names = ", ".join(name[:40] for name in unknown)
    warning = f"These parameters are not served and were ignored: {names}."
    return Asked({name: values for name, values in meant.items() if name in SERVED}, warning)
