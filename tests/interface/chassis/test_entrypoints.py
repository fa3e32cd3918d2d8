"""What an entrypoint owes belongs to its channel: a connection that dies takes it along."""

from collections import deque
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from chassis.hosting.ask_consumer import AskConsumer
from chassis.hosting.event_consumer import EventConsumer


def entrypoint(kind: type[Any], line: Callable[[Callable[[], None]], bool]) -> tuple[Any, list[Any]]:
    """An entrypoint on a line that does with what it is handed as told, and the workers that were spawned."""
    spawned: list[Any] = []
    made = object.__new__(kind)
    made.owed, made.stopping, made._confirming, made._gathered = set(), False, None, deque()
    made.line = SimpleNamespace(hand=line)
    made.container = SimpleNamespace(
        service_name="rooms", spawn_worker=lambda *_, handle_result, **__: spawned.append(handle_result)
    )
    return made, spawned


def channel() -> Any:
    return SimpleNamespace(is_open=True)


def test_a_batch_whose_connection_died_after_it_was_handed_over_does_not_stop_the_next() -> None:
    events, spawned = entrypoint(EventConsumer, lambda _: True)  # accepted, and never run
    events.channel = channel()
    events._gathered.append(SimpleNamespace(tag=1))
    events._next()
    spawned[0](None, [], None)
    events.lost()

    events.channel = channel()
    events._gathered.append(SimpleNamespace(tag=1))
    events._next()

    assert len(spawned) == 2


def test_while_a_batch_is_being_applied_the_next_one_waits() -> None:
    events, spawned = entrypoint(EventConsumer, lambda _: True)
    events.channel = channel()
    for tag in (1, 2):
        events._gathered.append(SimpleNamespace(tag=tag))
        events._next()

    assert len(spawned) == 1
    assert len(events._gathered) == 1


def test_the_end_of_a_lost_batch_does_not_end_a_newer_one() -> None:
    handed: list[Callable[[], None]] = []
    events, spawned = entrypoint(EventConsumer, lambda work: handed.append(work) is None)
    events.channel = channel()
    events._gathered.append(SimpleNamespace(tag=1))
    events._next()
    spawned[0](None, [], None)
    events.lost()
    events.channel = channel()
    events._gathered.append(SimpleNamespace(tag=1))
    events._next()

    handed[0]()

    assert events.owed == {1}


def test_an_answer_that_its_connection_took_along_is_not_waited_for() -> None:
    asks, _ = entrypoint(AskConsumer, lambda _: True)
    asks.channel = channel()
    asks.owed.add(7)

    asks.lost()

    assert not asks.owed
