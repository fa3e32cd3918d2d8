"""An unacknowledged delivery belongs to its channel: it is forgotten when the connection is lost."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pika
from pika.exceptions import NackError

from chassis.hosting.ask_consumer import AskConsumer
from chassis.hosting.event_consumer import EventConsumer
from chassis.hosting.gathering import GatheredDeliveries
from chassis.messaging.event_dispatcher import DispatchResult, Disposition

FAILED = DispatchResult(Disposition.FAILED, "poison")


def entrypoint(kind: type[Any], submit: Callable[[Callable[[], None]], bool]) -> tuple[Any, list[Any]]:
    """An entrypoint whose connection keeper submits calls by this function, and the workers that it spawned."""
    spawned: list[Any] = []
    made = object.__new__(kind)
    made.unacknowledged, made.stopping, made._confirming = set(), False, None
    made._gathered = GatheredDeliveries(lambda _: True, most=100)
    made._batch, made._one_by_one = (), 0
    made.keeper = SimpleNamespace(submit=submit)
    made._partitions = SimpleNamespace(lost=lambda: None)
    made.container = SimpleNamespace(
        service_name="rooms", spawn_worker=lambda *_, handle_result, **__: spawned.append(handle_result)
    )
    return made, spawned


def delivery(tag: int) -> Any:
    return SimpleNamespace(tag=tag, envelope=None, body=b"", properties=pika.BasicProperties())


def channel() -> Any:
    return SimpleNamespace(is_open=True)


def test_the_next_batch_is_applied_after_the_connection_of_the_last_one_was_lost() -> None:
    events, spawned = entrypoint(EventConsumer, lambda _: True)  # accepted, and never run
    events.channel = channel()
    events._gathered.append(delivery(1))
    events._next()
    spawned[0](None, [], None)
    events.lost()

    events.channel = channel()
    events._gathered.append(delivery(1))
    events._next()

    assert len(spawned) == 2


def test_a_batch_waits_while_another_is_applied() -> None:
    events, spawned = entrypoint(EventConsumer, lambda _: True)
    events.channel = channel()
    for tag in (1, 2):
        events._gathered.append(delivery(tag))
        events._next()

    assert len(spawned) == 1
    assert len(events._gathered) == 1


def test_the_end_of_a_batch_from_a_lost_channel_does_not_end_a_newer_batch() -> None:
    events, spawned = entrypoint(EventConsumer, lambda _: True)
    events._confirming = channel()
    events.channel = channel()
    events._gathered.append(delivery(1))
    events._next()
    events.lost()
    events.channel = channel()
    events._gathered.append(delivery(1))
    events._next()

    spawned[0](None, [FAILED], None)

    assert events.unacknowledged == {1}


def test_the_next_batch_begins_after_the_last_one_is_confirmed_and_acknowledged() -> None:
    events, spawned = entrypoint(EventConsumer, lambda _: True)
    calls: list[str] = []

    def publish(*_: Any, **__: Any) -> None:
        calls.append("published")
        events._gathered.append(delivery(2))  # arrives while the broker has not confirmed
        events._next()
        calls.append(f"confirmed, {len(spawned)} begun")

    events._confirming = SimpleNamespace(basic_publish=publish)
    events.channel = SimpleNamespace(is_open=True, basic_ack=lambda tag, **_: calls.append(f"acknowledged {tag}"))
    events._gathered.append(delivery(1))
    events._next()

    spawned[0](None, [FAILED], None)

    assert calls == ["published", "confirmed, 1 begun", "acknowledged 1"]
    assert len(spawned) == 2
    assert events.unacknowledged == {2}


def test_a_batch_whose_retry_is_not_confirmed_is_not_acknowledged_and_ends_the_connection() -> None:
    events, spawned = entrypoint(EventConsumer, lambda _: True)
    problems: list[Exception] = []

    def publish(*_: Any, **__: Any) -> None:
        raise NackError([])

    events._confirming = SimpleNamespace(basic_publish=publish)
    events.channel = SimpleNamespace(is_open=True, connection=SimpleNamespace(end=problems.append))
    events._gathered.append(delivery(1))
    events._next()

    spawned[0](None, [FAILED], None)

    assert [type(problem) for problem in problems] == [NackError]
    assert events.unacknowledged == {1}  # until the keeper has closed the connection


def test_a_consumer_does_not_wait_to_acknowledge_an_ask_of_a_lost_channel() -> None:
    asks, _ = entrypoint(AskConsumer, lambda _: True)
    asks.channel = channel()
    asks.unacknowledged.add(7)

    asks.lost()

    assert not asks.unacknowledged
