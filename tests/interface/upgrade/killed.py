"""Events that wait in every kind of queue, and a migration of the broker that is killed after a given step."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pika
from pika.adapters.blocking_connection import BlockingChannel

from chassis import codec
from chassis.messaging import event_protocol, moves, topology
from chassis.messaging.migrate import migrate
from chassis.messaging.unsigned import SIGNED
from contracts.bookings.amendments import BookingAmended
from contracts.message import Envelope
from contracts.values import SYSTEM
from tests.interface.broker.former import declare_former, former_properties
from tests.interface.chassis.signing import MASTER

FORMER_INBOX = "rooms.inbox"
STEPS = ("queue_unbind", "basic_publish", "basic_ack", "cancel", "queue_delete", "exchange_delete")
PARKED = "earlier"
FORK = multiprocessing.get_context("fork")

# The events of each subject that `fill` leaves; their order across queues is not the order of their sequences.
SUBJECTS = {"inbox": 3, "delayed": 3, "parked": 2, "old-relay": 2, "removed-partition": 2}


def amended(subject: str, sequence: int) -> bytes:
    event = BookingAmended(booking_id=subject, hotel="h", fields=(str(sequence),), by=SYSTEM)
    envelope = Envelope(
        id=str(uuid5(NAMESPACE_URL, f"{subject}/{sequence}")), source="bookings", type=event.wire_name, subject=subject,
        time=datetime(2026, 7, 1, 12, tzinfo=UTC), sequence=sequence, hotel="h", data=codec.plain(event), dataschema="",
    )  # fmt: skip
    return codec.encode(envelope)


@contextmanager
def administering(url: str) -> Iterator[BlockingChannel]:
    """A channel with confirms of the broker's administrator."""
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        yield channel


def fill(url: str, case: str) -> None:
    """Leave unsigned events in an inbox, delays and dead letters of the version before, and of its relay.

    That relay publishes on after the present topology exists, and one partition is above the number of partitions.
    """
    with administering(url) as channel:

        def put(queue: str, subject: str, sequence: int, **headers: Any) -> None:
            body = amended(f"{case}:{subject}", sequence)
            channel.basic_publish("", queue, body, former_properties(**headers), mandatory=True)

        channel.exchange_delete(SIGNED)
        declare_former(channel)
        [removed] = [each for each in topology.topology(partitions=2).queues if each.name == "rooms.inbox.1"]
        channel.queue_declare(removed.name, durable=True, arguments=removed.arguments)
        channel.queue_bind(removed.name, topology.inbox("rooms"), topology.ONE_SHARE)
        for sequence in (1, 2, 3):
            put(FORMER_INBOX, "inbox", sequence)
        for sequence, delay in ((1, 1_000), (2, 200)):
            body = amended(f"{case}:delayed", sequence)
            delayed = former_properties(**{event_protocol.ATTEMPT: 1})
            channel.basic_publish(f"hotelmate.delay.{delay}", FORMER_INBOX, body, delayed)
        put(FORMER_INBOX, "delayed", 3)
        put(topology.dead_letters("rooms"), "parked", 1, **{event_protocol.ERROR: PARKED})
        put(FORMER_INBOX, "parked", 2)
        for sequence in (1, 2):
            body = amended(f"{case}:old-relay", sequence)
            channel.basic_publish("bookings.events", "bookings.BookingAmended.v1", body, former_properties())
            put(removed.name, "removed-partition", sequence)


def killed_migration(url: str, *, after: int | str, change: Callable[[], None] = lambda: None) -> list[str]:
    """Kill a migration once it has taken `after` steps, 0 for never, or the step `after`; returns the steps taken.

    `change` is a fault.
    """
    receiving, sending = FORK.Pipe(duplex=False)
    process = FORK.Process(target=_migrate, args=(url, after, sending, change))
    process.start()
    sending.close()
    steps: list[str] = []
    with receiving, suppress(EOFError):
        while True:
            steps.append(receiving.recv())
    process.join()
    is_killed = isinstance(after, str) or 0 < after <= len(steps)
    assert process.exitcode == (-signal.SIGKILL if is_killed else 0)
    return steps


def _migrate(url: str, after: int | str, sending: Connection, change: Callable[[], None]) -> None:
    moves.SETTLE = 0.05
    count, queue = 0, ""

    def counted(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def step(channel: BlockingChannel, *args: Any, **params: Any) -> Any:
            nonlocal count
            result = call(channel, *args, **params)
            count += 1
            target = queue if name in {"basic_ack", "cancel"} else args[0]
            sending.send(f"{name} {target}")
            if after in {count, f"{name} {target}"}:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        return step

    def noted(call: Callable[..., Any]) -> Callable[..., Any]:
        def consume(channel: BlockingChannel, *args: Any, **params: Any) -> Any:
            nonlocal queue
            queue = args[0]
            return call(channel, *args, **params)

        return consume

    change()
    for name in STEPS:
        setattr(BlockingChannel, name, counted(name, getattr(BlockingChannel, name)))
    setattr(BlockingChannel, "consume", noted(BlockingChannel.consume))  # noqa: B010
    migrate(url, masters=[MASTER])
