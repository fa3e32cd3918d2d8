"""The arithmetic of a cost: the growth of counters, less what an idle system adds, by operation."""

import pytest

from tests.bench.cost.reading import Reading, Window, cost_of_one, sum_of


def window(seconds: float, **growth: float) -> Window:
    start = dict.fromkeys(growth, 100.0)
    return Window(Reading(7.0, start), Reading(7.0 + seconds, {name: 100.0 + by for name, by in growth.items()}))


def test_the_cost_of_one_operation_is_the_growth_by_operation() -> None:
    busy, idle = window(4, gateway=2.0, commits=400), window(2, gateway=0.0, commits=0)

    assert cost_of_one(busy, idle, operations=200) == {"gateway": pytest.approx(0.01), "commits": 2}


def test_what_the_idle_system_does_in_the_same_time_is_no_cost() -> None:
    busy, idle = window(10, gateway=3.0), window(5, gateway=0.5)

    assert cost_of_one(busy, idle, operations=100) == {"gateway": pytest.approx((3.0 - 1.0) / 100)}


def test_less_than_idle_costs_nothing() -> None:
    assert cost_of_one(window(10, relay=0.1), window(5, relay=0.2), operations=10) == {"relay": 0}


def test_an_idle_window_without_length_is_refused() -> None:
    with pytest.raises(ValueError, match="no length"):
        cost_of_one(window(1, relay=1), window(0, relay=0), operations=1)


def test_a_counter_that_went_back_is_noticed() -> None:
    restarted = Window(Reading(0, {"rooms": 5.0}), Reading(1, {"rooms": 0.1}))

    with pytest.raises(ValueError, match="went back: rooms"):
        assert restarted.growth


def test_a_counter_that_is_gone_is_noticed() -> None:
    ended = Window(Reading(0, {"rooms": 5.0}), Reading(1, {}))

    with pytest.raises(ValueError, match="gone: rooms"):
        assert ended.growth


def test_a_payment_costs_the_sum_of_its_operations() -> None:
    assert sum_of([{"payments": 1.0, "gateway": 2.0}, {"payments": 3.0}]) == {"payments": 4.0, "gateway": 2.0}
