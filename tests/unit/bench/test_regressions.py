"""The check against the committed figures: more than 15 % in the yardstick's time fails, 15 % does not."""

import pytest

from tests.bench.harness import Comparison, Measured, Metric
from tests.bench.regressions import is_worse, regressions, uncommitted

NAME = "cost: create"


def metric(ratio: float, *, p99: float | None = None, name: str = NAME) -> Metric:
    thing, yardstick = Measured(100, 1.0 / ratio), Measured(100, 1.0)
    comparison = Comparison(name, lambda: thing, lambda: yardstick, "the bare program", p99=p99)
    return Metric(comparison, [thing], [yardstick])


@pytest.mark.parametrize(
    ("ratio", "worse"),
    [(0.5, False), (0.8, False), (0.5 / 1.14, False), (0.5 / 1.16, True), (0.25, True)],
)
def test_fifteen_per_cent_more_time_is_tolerated(ratio: float, worse: bool) -> None:
    assert is_worse(ratio, committed=0.5) is worse


def test_a_worse_ratio_is_named_with_its_growth() -> None:
    lines = regressions([metric(0.25)], {NAME: {"ratio": 0.5}})

    assert lines == [f"{NAME}: ratio 0.250, which was 0.500; its time grew by 100%"]


def test_the_median_of_the_rounds_counts() -> None:
    figure = metric(0.5)
    for ratio in (0.5, 0.1):
        figure.things.append(Measured(100, 1.0 / ratio))
        figure.yardsticks.append(Measured(100, 1.0))

    assert regressions([figure], {NAME: {"ratio": 0.5}}) == []


def test_a_row_that_is_not_committed_is_not_compared() -> None:
    rows = {"cost: assign": {"ratio": 0.5}, "resources: memory": {"level": 300}}

    assert regressions([metric(0.25)], rows) == []
    assert uncommitted([metric(0.25), metric(0.25, name="cost: assign")], rows) == [NAME]


def test_a_row_with_a_latency_as_its_goal_is_not_compared() -> None:
    assert regressions([metric(0.25, p99=250)], {NAME: {"ratio": 0.5}}) == []
