"""The deadline on the work of a green thread."""

from collections import Counter

import eventlet
import pytest

from chassis.hosting.deadline import deadline
from chassis.refusal import Unavailable


def test_work_that_passes_its_deadline_is_interrupted_and_counted() -> None:
    counters: Counter[str] = Counter()

    with pytest.raises(Unavailable, match="a batch took longer"), deadline(0.05, "a batch", counters):
        eventlet.sleep(5)

    assert counters["deadlines_passed"] == 1


def test_work_that_ends_in_time_is_not_interrupted_later() -> None:
    counters: Counter[str] = Counter()

    with deadline(0.05, "a batch", counters):
        eventlet.sleep(0)
    eventlet.sleep(0.1)

    assert not counters


def test_the_deadline_of_an_outer_piece_of_work_is_not_taken_for_the_inner_one() -> None:
    counters: Counter[str] = Counter()

    with (
        pytest.raises(Unavailable, match="outer"),
        deadline(0.05, "outer", counters),
        deadline(5, "inner", counters),
    ):
        eventlet.sleep(5)

    assert counters["deadlines_passed"] == 1
