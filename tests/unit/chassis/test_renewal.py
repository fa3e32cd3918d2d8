"""A lease is renewed while its work runs; work that ends before the first renewal starts no thread."""

import threading
import time
from collections.abc import Callable
from itertools import pairwise

import pytest

from chassis.transactions import renewal
from chassis.transactions.renewal import Alarms, repeat

EVERY = 0.02  # seconds


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.001)


@pytest.fixture
def alarms(monkeypatch: pytest.MonkeyPatch) -> Alarms:
    alarms = Alarms()
    monkeypatch.setattr(renewal, "_ALARMS", alarms)
    return alarms


@pytest.mark.usefixtures("alarms")
def test_turns_follow_each_other_until_the_end() -> None:
    turns: list[float] = []
    end = repeat(lambda: turns.append(time.monotonic()), EVERY)

    until(lambda: len(turns) > 2)
    end()

    done = len(turns)
    time.sleep(3 * EVERY)
    assert len(turns) == done
    assert min(later - earlier for earlier, later in pairwise(turns)) >= EVERY * 0.9


@pytest.mark.usefixtures("alarms")
def test_the_end_waits_for_a_turn_that_runs() -> None:
    begun, go_on = threading.Event(), threading.Event()
    ended: list[str] = []

    def turn() -> None:
        begun.set()
        go_on.wait(10)
        ended.append("turn")

    end = repeat(turn, EVERY)
    assert begun.wait(10)
    threading.Timer(2 * EVERY, go_on.set).start()
    end()

    assert ended == ["turn"]


def test_work_that_ends_before_its_first_renewal_starts_no_thread(alarms: Alarms) -> None:
    before = set(threading.enumerate())

    for _ in range(50):
        repeat(lambda: None, 60.0)()

    assert set(threading.enumerate()) - before <= {alarms._thread}


def test_an_alarm_is_not_delayed_by_those_that_are_due_later(alarms: Alarms) -> None:
    called: list[str] = []
    alarms.set("late", lambda: called.append("late"), after=60.0)
    alarms.set("soon", lambda: called.append("soon"), after=EVERY)

    until(lambda: called == ["soon"])

    assert not alarms.cancel("soon")
    assert alarms.cancel("late")
