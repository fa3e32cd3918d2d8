"""What is not a rate: a level of the idle system, with the most that it may be."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Level:
    """A level, measured once."""

    name: str
    value: float
    unit: str
    most: float

    @property
    def goal_text(self) -> str:
        """The goal, in words."""
        return f"≤ {self.most:g} {self.unit}".strip()

    @property
    def reached(self) -> bool:
        """Whether the goal is reached."""
        return self.value <= self.most


def show_levels(levels: Sequence[Level], console: Console) -> None:
    """The table; nothing where there is no level."""
    if not levels:
        return
    table = Table("what", "level", "goal", "", title="The idle system")
    for level in levels:
        reached = "reached" if level.reached else "short"
        table.add_row(level.name, f"{level.value:,.0f} {level.unit}", level.goal_text, reached)
    console.print(table)
