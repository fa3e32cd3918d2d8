"""The table of costs: CPU milliseconds by group of processes, SQL commands, commits, fsyncs and messages, by row."""

from collections.abc import Mapping, Sequence
from statistics import median

from rich.console import Console
from rich.table import Table

from tests.bench.cost.cpu import BARE_PROGRAM, BARE_SERVER, GROUPS
from tests.bench.cost.meter import DRAINED, TOTAL
from tests.bench.cost.work_counters import COUNTERS
from tests.bench.harness import Measured, Metric

COLUMNS = (TOTAL, *GROUPS, BARE_PROGRAM, BARE_SERVER, *COUNTERS, DRAINED)


def middle_cost(rounds: Sequence[Measured]) -> dict[str, float]:
    """The median of each counter over the rounds; empty where no cost was measured."""
    costs = [measured.cost for measured in rounds if measured.cost]
    return {name: median(cost[name] for cost in costs) for name in COLUMNS if costs and name in costs[0]}


def show_costs(figures: Sequence[Metric], console: Console) -> None:
    """The table, each row with its yardstick below; nothing where no figure has a cost."""
    rows: list[tuple[str, Mapping[str, float]]] = []
    for figure in figures:
        rows.append((figure.comparison.name.removeprefix("cost: "), middle_cost(figure.things)))
        rows.append((f"  {figure.comparison.against}", middle_cost(figure.yardsticks)))
    costly = [(name, cost) for name, cost in rows if cost]
    if not costly:
        return
    table = Table(title="One operation: CPU milliseconds by group, and what it does; median of the rounds")
    table.add_column("what")
    for column in COLUMNS:
        table.add_column(column, justify="right")
    for name, cost in costly:
        table.add_row(name, *(f"{cost[column]:.1f}" if column in cost else "–" for column in COLUMNS))
    console.print(table)
