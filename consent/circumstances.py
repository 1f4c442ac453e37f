"""All that a decision rests on beside the records: the request with what was looked up for it, and what is in force."""

from dataclasses import dataclass
from datetime import datetime

from consent.facts import AccessRequest, Distinctions
from consent.in_force import InForce


@dataclass(frozen=True)
class Circumstances:
    """Good only within the transaction that looked them up: it holds the person's lock."""

    request: AccessRequest
    in_force: InForce
    now: datetime

    @property
    def told(self) -> Distinctions:
        """By what the contracts in force tell records apart, beyond kind and labels."""
        return self.in_force.told
