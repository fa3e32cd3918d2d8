"""Compares the ratios of a run with the committed ones. A ratio to the yardstick of the same run outlives machines."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.bench.harness import Metric

TOLERATED = 1.15


def regressions(figures: Sequence[Metric], rows: Mapping[str, Any]) -> list[str]:
    """The figures whose ratio is more than 15 % worse than in the committed `rows`, a line each.

    A row without a committed ratio has nothing to be compared with. Rows whose goal is a latency alone are left out:
    their ratio to a thing without that latency says nothing.
    """
    lines = []
    for figure in figures:
        name = figure.comparison.name
        if name in uncommitted([figure], rows) or figure.comparison.p99 is not None:
            continue
        before, now = float(rows[name]["ratio"]), figure.ratio
        if is_worse(now, committed=before):
            lines.append(f"{name}: ratio {now:.3f}, which was {before:.3f}; its time grew by {before / now - 1:.0%}")
    return lines


def uncommitted(figures: Sequence[Metric], rows: Mapping[str, Any]) -> list[str]:
    """The names of the figures that have no committed ratio."""
    names = [figure.comparison.name for figure in figures]
    return [name for name in names if "ratio" not in rows.get(name, {})]


def is_worse(ratio: float, *, committed: float) -> bool:
    """Whether the thing takes more than 15 % longer, in its yardstick's time, than it did."""
    return committed > ratio * TOLERATED
