"""Events without a handler wait for company; an event with a handler never waits."""

from types import SimpleNamespace
from typing import Any

import pytest

from chassis.hosting import gathering
from chassis.hosting.gathering import COMPANY, GatheredDeliveries


class Clock:
    """The monotonic time, in seconds."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        """The time."""
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(gathering, "time", made)
    return made


@pytest.fixture
def gathered(clock: Clock) -> GatheredDeliveries:
    return GatheredDeliveries(lambda envelope: envelope.type == "handled", most=3)


def delivery(tag: int, type_: str = "") -> Any:
    """A delivery; without a type, one whose body cannot be read."""
    return SimpleNamespace(tag=tag, envelope=SimpleNamespace(type=type_) if type_ else None)


def add(gathered: GatheredDeliveries, *types: str) -> None:
    for type_ in types:
        gathered.append(delivery(len(gathered), type_))


def tags(taken: list[Any]) -> list[int]:
    return [each.tag for each in taken]


def test_an_event_with_a_handler_is_taken_at_once(gathered: GatheredDeliveries) -> None:
    add(gathered, "handled")

    assert tags(gathered.take(10)) == [0]


def test_an_event_without_a_handler_waits_for_company_and_no_longer(gathered: GatheredDeliveries, clock: Clock) -> None:
    add(gathered, "other")
    assert gathered.take(10) == []
    assert gathered.due_in() == COMPANY

    clock.now += COMPANY

    assert tags(gathered.take(10)) == [0]


def test_an_event_with_a_handler_is_company_and_the_order_stays(gathered: GatheredDeliveries) -> None:
    add(gathered, "other", "handled")

    assert tags(gathered.take(10)) == [0, 1]


def test_the_first_one_decides_how_long_they_wait(gathered: GatheredDeliveries, clock: Clock) -> None:
    add(gathered, "other")
    clock.now += COMPANY / 2
    add(gathered, "other")

    assert gathered.due_in() == COMPANY / 2


def test_no_more_than_so_many_wait(gathered: GatheredDeliveries) -> None:
    add(gathered, "other", "other", "other")

    assert tags(gathered.take(10)) == [0, 1, 2]


def test_what_cannot_be_read_does_not_wait(gathered: GatheredDeliveries) -> None:
    add(gathered, "")

    assert tags(gathered.take(10)) == [0]
