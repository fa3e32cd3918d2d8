"""Readings of counters that only grow, and the cost of one operation between two of them."""

from collections.abc import Mapping
from dataclasses import dataclass

Values = Mapping[str, float]


@dataclass(frozen=True)
class Reading:
    """What the counters were at a moment, in seconds of a clock that only grows."""

    at: float
    values: Values


@dataclass(frozen=True)
class Window:
    """Two readings of the same counters."""

    first: Reading
    last: Reading

    @property
    def seconds(self) -> float:
        """How long the window lasted."""
        return self.last.at - self.first.at

    @property
    def growth(self) -> dict[str, float]:
        """By how much each counter grew. Raises `ValueError` where a counter went back, as after a restart."""
        grown = {name: value - self.first.values.get(name, 0.0) for name, value in self.last.values.items()}
        if lost := sorted(self.first.values.keys() - self.last.values.keys()):
            raise ValueError(f"counters are gone: {', '.join(lost)}")
        if back := sorted(name for name, value in grown.items() if value < 0):
            raise ValueError(f"counters went back: {', '.join(back)}")
        return grown


def cost_of_one(busy: Window, idle: Window, *, operations: int) -> dict[str, float]:
    """By counter, what one operation adds to what the idle system does in the same time.

    A counter that grew less than idle costs nothing, which is noise: the values are not below 0.
    """
    if idle.seconds <= 0:
        raise ValueError("the idle window has no length")
    share = busy.seconds / idle.seconds
    idle_growth = idle.growth
    return {
        name: max(0.0, grown - share * idle_growth.get(name, 0.0)) / operations for name, grown in busy.growth.items()
    }


def sum_of(costs: list[Values]) -> dict[str, float]:
    """The cost of several operations one after the other."""
    names = {name for cost in costs for name in cost}
    return {name: sum(cost.get(name, 0.0) for cost in costs) for name in names}
