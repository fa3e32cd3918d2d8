"""Orders are distributed to the workers that are free, and drawn no earlier."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile
from threading import Event

import pytest

from tests.simulation.distribution import distribute


def test_every_order_has_its_result_and_a_free_worker_goes_on_while_another_is_busy() -> None:
    others_are_done = Event()

    def carry_out(worker: str, order: int) -> tuple[str, int]:
        if order == 1:
            assert others_are_done.wait(10)
        if order == 5:
            others_are_done.set()
        return worker, order

    results = list(distribute(["a", "b"], range(1, 6), carry_out))

    assert sorted(order for _, order in results) == [1, 2, 3, 4, 5]
    assert [order for worker, order in results if worker == "a"] == [1]


def test_an_order_is_drawn_when_the_results_before_it_are_known() -> None:
    known: list[int] = []

    def orders() -> Iterator[int]:
        yield from takewhile(lambda _: sum(known) < 6, range(1, 100))

    for result in distribute(["only"], orders(), lambda _, order: order):
        known.append(result)

    assert known == [1, 2, 3]


def test_what_a_worker_raises_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        list(distribute(["a", "b"], [1, 0, 2], lambda _, order: 1 // order))
