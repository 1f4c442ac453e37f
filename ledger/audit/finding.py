"""One thing that does not hold."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """`kind` is stable and short; `index` is that of the first entry concerned, None if it concerns none."""

    kind: str
    sentence: str
    index: int | None = None

    def __str__(self) -> str:
        place = "" if self.index is None else f" at index {self.index}"
        return f"{self.kind}{place}: {self.sentence}"
