"""A FHIR R4 Consent as it was understood: one rule for each provision, with what it inherits."""

from dataclasses import dataclass
from typing import Literal

from consent.fhir.spans import Span

Effect = Literal["permit", "deny"]
ALWAYS = Span()


@dataclass(frozen=True)
class Actor:
    """Who, by FHIR reference, and in which role."""

    reference: str
    role: str


@dataclass(frozen=True)
class Labels:
    """Labels with the effect of the provision that states them: they keep that direction where they are inherited."""

    codes: tuple[str, ...]
    stated_in: Effect


@dataclass(frozen=True)
class Datum:
    """A record named by itself, by what it is linked with, or by its author."""

    meaning: str
    reference: str


@dataclass(frozen=True)
class Rule:
    """One provision. What is None or empty matches anything; `period` lies within every enclosing one.

    `path` counts from 1: (1,) is the root, (1, 2) its second exception.
    """

    path: tuple[int, ...]
    effect: Effect
    period: Span = ALWAYS
    actors: tuple[Actor, ...] = ()
    actions: tuple[str, ...] = ()
    labels: Labels | None = None
    purposes: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    dates: Span | None = None
    data: tuple[Datum, ...] = ()

    @property
    def clause(self) -> str:
        """The id of its policy within the code."""
        return ".".join(map(str, self.path))

    def is_under(self, other: "Rule") -> bool:
        """Whether it is an exception to the other, at any depth."""
        return len(self.path) > len(other.path) and self.path[: len(other.path)] == other.path


@dataclass(frozen=True)
class FhirConsent:
    """`applies`: active, and about privacy (rules S1, S2); one that does not apply decides nothing."""

    patient: str
    applies: bool
    rules: tuple[Rule, ...]
