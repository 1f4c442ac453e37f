"""What a benchmark measured, against its goal, as a table for people and as JSON for programs."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Figure:
    """One measurement. `goal` reads like ">= 0.85"; empty for a figure that only explains another."""

    name: str
    value: float
    unit: str
    goal: str = ""

    @property
    def holds(self) -> bool | None:
        """Whether the goal is met; None without one."""
        if not self.goal:
            return None
        comparison, bound = self.goal.split()
        return self.value >= float(bound) if comparison == ">=" else self.value <= float(bound)


def write(figures: Sequence[Figure], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [asdict(figure) | {"holds": figure.holds} for figure in figures]
    path.write_text(json.dumps(rows, indent=1) + "\n")


def show(figures: Sequence[Figure]) -> str:
    """The table, one figure a line."""
    width = max(len(figure.name) for figure in figures)
    return "\n".join(_line(figure, width) for figure in figures)


def _line(figure: Figure, width: int) -> str:
    verdict = {True: "holds", False: "FALLS SHORT", None: ""}[figure.holds]
    return f"{figure.name:<{width}}  {figure.value:>12,.3f} {figure.unit:<12} {figure.goal:<10} {verdict}".rstrip()
