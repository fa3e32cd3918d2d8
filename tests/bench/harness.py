"""Measures a thing and its yardstick in interleaved rounds, checks their work, and reports the median ratio."""

from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Measured:
    """One round: how many were done in how many seconds, and each one's latency where it was taken.

    Where CPU time is measured, the seconds are those of all processes, and `cost` says what one costs by counter.
    """

    done: int
    seconds: float
    latencies: Sequence[float] = ()
    cost: Mapping[str, float] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        """Work units per second."""
        return self.done / self.seconds

    def percentile(self, share: float) -> float | None:
        """That share's latency in milliseconds; None where none was taken."""
        if not self.latencies:
            return None
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000


class Together:
    """Several things measured by one run, so that the rest of the machine's work disturbs all of them alike.

    `run` returns a result for each thing. Each result is handed out once; where there is none left, `run` runs again.
    """

    def __init__(self, run: Callable[[], Mapping[str, Measured]]) -> None:
        self._run = run
        self._results: defaultdict[str, deque[Measured]] = defaultdict(deque)

    def measured(self, what: str) -> Measured:
        """The next result of this thing."""
        if not self._results[what]:
            for each, result in self._run().items():
                self._results[each].append(result)
        return self._results[what].popleft()


@dataclass(frozen=True)
class Comparison:
    """A thing beside its yardstick. Each callable does one round and checks its own work.

    The goal is a ratio, or that the thing's `p99` is no longer than so many milliseconds. Beside the ratio, one may
    take `most_ms` milliseconds at most, and there may have to be `least_rate` a second.
    """

    name: str
    thing: Callable[[], Measured]
    yardstick: Callable[[], Measured]
    against: str
    goal: float = 0
    rounds: int = 5
    p99: float | None = None
    most_ms: float | None = None
    least_rate: float | None = None

    @property
    def goal_text(self) -> str:
        """The goal, in words."""
        parts = [f"≥ {self.goal:.3g}"] if self.goal else []
        parts += [f"p99 ≤ {self.p99:g} ms"] if self.p99 is not None else []
        parts += [f"≤ {self.most_ms:g} ms"] if self.most_ms is not None else []
        parts += [f"≥ {self.least_rate:g}/s"] if self.least_rate is not None else []
        return ", ".join(parts) or "–"


@dataclass
class Metric:
    """The result of a comparison."""

    comparison: Comparison
    things: list[Measured] = field(default_factory=list)
    yardsticks: list[Measured] = field(default_factory=list)

    @property
    def ratios(self) -> list[float]:
        """The ratio of each round."""
        return [thing.rate / yard.rate for thing, yard in zip(self.things, self.yardsticks, strict=True)]

    @property
    def ratio(self) -> float:
        """The median of the rounds' ratios."""
        return median(self.ratios)

    @property
    def reached(self) -> bool:
        """Whether the goal is reached."""
        goals, per_second = self.comparison, rate(self.things)
        return (
            self.ratio >= goals.goal
            and (goals.p99 is None or (middle(self.things, 0.99) or 0) <= goals.p99)
            and (goals.most_ms is None or 1000 / per_second <= goals.most_ms)
            and (goals.least_rate is None or per_second >= goals.least_rate)
        )


def compare(comparison: Comparison, *, rounds: int | None = None) -> Metric:
    """Run the rounds, thing and yardstick taking turns."""
    figure = Metric(comparison)
    for number in range(rounds or comparison.rounds):
        pair = [(figure.things, comparison.thing), (figure.yardsticks, comparison.yardstick)]
        for results, measure in pair if number % 2 else reversed(pair):
            results.append(measure())
    return figure


def show(figures: Sequence[Metric], console: Console) -> None:
    """The table."""
    table = Table(title="Beside a yardstick in the same run; median of interleaved rounds")
    for column in ("what", "per second", "p50 ms", "p99 ms", "yardstick", "per second", "p99 ms", "ratio", "goal", ""):
        table.add_column(column, justify="left" if column in {"what", "yardstick", ""} else "right")
    for figure in figures:
        table.add_row(
            figure.comparison.name,
            _number(rate(figure.things)),
            _milliseconds(figure.things, 0.5),
            _milliseconds(figure.things, 0.99),
            figure.comparison.against,
            _number(rate(figure.yardsticks)),
            _milliseconds(figure.yardsticks, 0.99),
            f"{figure.ratio:.2f}",
            figure.comparison.goal_text,
            "reached" if figure.reached else "short",
        )
    console.print(table)


def rate(rounds: Sequence[Measured]) -> float:
    """The rounds' median rate."""
    return median(measured.rate for measured in rounds)


def middle(rounds: Sequence[Measured], share: float) -> float | None:
    """The rounds' median of that share's latency, in milliseconds; None where none was taken."""
    taken = [value for measured in rounds if (value := measured.percentile(share)) is not None]
    return median(taken) if taken else None


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.2f}"


def _milliseconds(rounds: Sequence[Measured], share: float) -> str:
    taken = middle(rounds, share)
    return "–" if taken is None else f"{taken:.1f}"
