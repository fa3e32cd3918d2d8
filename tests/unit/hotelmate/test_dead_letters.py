"""Choosing, replaying and dropping parked messages, on a channel that remembers."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pika
import pytest

from chassis import codec
from chassis.messaging import event_protocol, topology
from contracts.catalogue import SUBSCRIPTIONS
from contracts.message import Envelope
from hotelmate.dead_letter_queue import DeadLetter, DeadLetterQueue
from hotelmate.dead_letters import check_service, choose
from hotelmate.errors import CommandError


def an_event(number: int = 1) -> Envelope:
    return Envelope(
        id=f"5f0c{number:04d}-0000-4000-8000-000000000000",
        source="bookings",
        type="bookings.BookingAmended.v1",
        subject="BK-2030-AAAAAA",
        time=datetime(2030, 5, 1, tzinfo=UTC),
        sequence=number,
        hotel="hotel-sea",
        data={},
        dataschema="urn:hotelmate:schema:bookings.BookingAmended.v1",
    )


def parked(event: Envelope | None = None, **headers: Any) -> tuple[pika.BasicProperties, bytes]:
    properties = pika.BasicProperties(
        message_id=event.id if event else "broken",
        type=event.type if event else None,
        content_type="application/cloudevents+json",
        headers={"traceparent": "00-t-s-01", **headers},
        expiration="1000",
    )
    return properties, codec.encode(event) if event else b"{nonsense"


class Channel:
    """Gives what is parked, and remembers what was published and acknowledged, in order."""

    def __init__(self, *messages: tuple[pika.BasicProperties, bytes]) -> None:
        self._waiting = list(enumerate(messages, start=1))
        self.done: list[Any] = []

    def basic_get(self, queue: str) -> tuple[Any, Any, Any]:
        assert queue == "rooms.inbox.dlq"
        if not self._waiting:
            return None, None, None
        tag, (properties, body) = self._waiting.pop(0)
        return SimpleNamespace(delivery_tag=tag), properties, body

    def basic_publish(self, exchange: str, key: str, body: bytes, properties: Any, *, mandatory: bool) -> None:
        assert (key, mandatory) == ("", True)
        self.done.append(("published", exchange, body, properties))

    def basic_ack(self, tag: int) -> None:
        self.done.append(("acked", tag))


def opened(*messages: tuple[pika.BasicProperties, bytes]) -> tuple[DeadLetterQueue, Channel]:
    channel: Any = Channel(*messages)
    return DeadLetterQueue("rooms", channel), channel


def test_a_parked_message_is_listed_with_its_cause() -> None:
    queue, _ = opened(
        parked(
            an_event(),
            **{event_protocol.ERROR: "KeyError: x", event_protocol.ATTEMPT: 5, event_protocol.FIRST_FAILED: 0},
        )
    )

    [letter] = queue.letters()

    assert (letter.reason, letter.attempts, letter.envelope) == ("KeyError: x", 5, an_event())
    assert letter.first_failed_at == datetime(1970, 1, 1, tzinfo=UTC)


def test_an_unreadable_message_is_listed_too() -> None:
    queue, _ = opened(parked(None), parked(an_event()))

    assert [letter.envelope is None for letter in queue.letters()] == [True, False]


def test_a_replay_is_published_without_its_past_before_it_is_acknowledged() -> None:
    queue, channel = opened(
        parked(an_event(), **{event_protocol.ATTEMPT: 5, event_protocol.ERROR: "boom", "x-early": 3, "x-death": []})
    )
    [letter] = queue.letters()

    queue.replay(letter)

    (_, exchange, body, properties), acked = channel.done
    assert (exchange, body, acked) == ("rooms.replay", letter.body, ("acked", 1))
    assert properties.headers == {"traceparent": "00-t-s-01", "subject": an_event().subject}
    assert (properties.message_id, properties.delivery_mode, properties.expiration) == (an_event().id, 2, None)


def test_a_replay_that_the_broker_refuses_stays_parked() -> None:
    queue, channel = opened(parked(an_event()))
    [letter] = queue.letters()

    def refuse(*_: Any, **__: Any) -> None:
        raise pika.exceptions.NackError([])

    channel.basic_publish = refuse  # type: ignore[method-assign]
    with pytest.raises(pika.exceptions.NackError):
        queue.replay(letter)

    assert channel.done == []


def letters(*ids: str) -> list[DeadLetter]:
    return [DeadLetter(1, b"", pika.BasicProperties(message_id=each), None) for each in ids]


def test_a_message_is_found_by_the_beginning_of_its_id() -> None:
    assert [letter.id for letter in choose(letters("abc-1", "abd-2"), ["abd"])] == ["abd-2"]


@pytest.mark.parametrize(("given", "said"), [("ab", "names 2"), ("x", "names no")])
def test_an_id_must_name_exactly_one(given: str, said: str) -> None:
    with pytest.raises(CommandError, match=said):
        choose(letters("abc-1", "abd-2"), [given])


def test_an_unknown_service_is_named_with_those_there_are() -> None:
    with pytest.raises(CommandError, match="bookings, payments, rooms, notifier"):
        check_service("kitchen")


def test_a_parked_message_can_be_shown_any_number_of_times() -> None:
    queues = topology.topology().queues

    limits = [queue.arguments["x-delivery-limit"] for queue in queues if queue.name.endswith(".dlq")]

    assert limits == [1_000_000] * len(SUBSCRIPTIONS)
