"""The goals of a row, the medians of its costs, and the counts that the servers report."""

import pytest

from tests.bench.cost.bare_process import wrong_rows
from tests.bench.cost.meter import TOTAL
from tests.bench.cost.work_counters import PUBLISHED, ROUTED, messages_in
from tests.bench.cost_table import middle_cost
from tests.bench.harness import Comparison, Measured, Metric

OVERVIEW = """
#{[{protocol,amqp091}] => #{messages_received_total => 40,messages_routed_total => 70},
  [{protocol,amqp091},{queue_type,rabbit_quorum_queue}] => #{messages_delivered_total => 9},
  [{protocol,amqp10}] => #{messages_received_total => 2,messages_routed_total => 3}}
"""


def metric(*, thing_ms: float, yardstick_ms: float, **goals: float) -> Metric:
    thing, yardstick = (Measured(100, each / 10) for each in (thing_ms, yardstick_ms))
    return Metric(Comparison("cost: create", lambda: thing, lambda: yardstick, "", **goals), [thing], [yardstick])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("thing_ms", "reached"),
    [(13.9, True), (14.1, False)],  # beyond the limit, though within 1.4 times the bare program
)
def test_the_limit_in_milliseconds_counts_beside_the_ratio(thing_ms: float, reached: bool) -> None:
    assert metric(thing_ms=thing_ms, yardstick_ms=13, goal=1 / 1.4, most_ms=14).reached is reached


def test_the_ratio_counts_beside_the_limit_in_milliseconds() -> None:
    assert metric(thing_ms=13, yardstick_ms=9.4, goal=1 / 1.4, most_ms=14).reached
    assert not metric(thing_ms=13, yardstick_ms=9.2, goal=1 / 1.4, most_ms=14).reached


def test_a_least_rate_is_a_goal() -> None:
    assert metric(thing_ms=4.9, yardstick_ms=1, least_rate=200).reached
    assert not metric(thing_ms=5.1, yardstick_ms=1, least_rate=200).reached


def test_each_goal_is_in_the_text() -> None:
    comparison = metric(thing_ms=1, yardstick_ms=1, goal=1 / 1.4, most_ms=14, least_rate=200, p99=250).comparison

    assert comparison.goal_text == "≥ 0.714, p99 ≤ 250 ms, ≤ 14 ms, ≥ 200/s"


def test_the_cost_of_a_row_is_the_median_of_its_rounds() -> None:
    rounds = [Measured(1, 1, cost={TOTAL: total}) for total in (9.0, 2.0, 3.0)]

    assert middle_cost(rounds) == {TOTAL: 3.0}
    assert middle_cost([Measured(1, 1)]) == {}


def test_the_messages_of_all_protocols_are_counted() -> None:
    assert messages_in(OVERVIEW) == {PUBLISHED: 42, ROUTED: 73}


def test_an_overview_without_a_counter_is_refused() -> None:
    with pytest.raises(ValueError, match="messages_routed_total"):
        messages_in("#{[{protocol,amqp091}] => #{messages_received_total => 40}}")


def test_another_number_of_rows_of_the_bare_program_is_noticed() -> None:
    each = {("bookings", "booking"): 1, ("bookings", "outbox"): 2}
    right = {("bookings", "booking"): 10, ("bookings", "outbox"): 20}

    assert wrong_rows(right, each, subjects=10) == []
    assert wrong_rows({**right, ("bookings", "outbox"): 19}, each, subjects=10) == [
        "19 rows in bookings outbox, not 20"
    ]
