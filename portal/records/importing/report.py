"""What an import says of itself."""

from dataclasses import dataclass, field

from portal.records.preparing import Failure


@dataclass
class Report:
    """What became of the resources of an import."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    failed: list[Failure] = field(default_factory=list)
    dangling: list[str] = field(
        default_factory=list
    )  # references that lead nowhere; what made them is stored

    @property
    def total(self) -> int:
        return self.created + self.updated + self.unchanged + len(self.failed)
