"""A channel on which the broker refuses events is replaced: the refusals may be the channel's own."""

import asyncio
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime

import pika
import pytest

from chassis.messaging import publisher, topology
from chassis.messaging.publisher import Publisher
from contracts.message import Envelope
from sandbox.stack.rabbit import RabbitNode

TYPE = "test.BookingRefused.v1"
WITHIN = 10.0  # seconds
FULL = {"x-max-length": 0, "x-overflow": "reject-publish"}


@pytest.fixture
def full_queue(clean_rabbit: RabbitNode) -> Iterator[str]:
    """A queue for the owner's events that takes none."""
    with pika.BlockingConnection(pika.URLParameters(clean_rabbit.amqp_url)) as connection:
        channel = connection.channel()
        channel.queue_declare("full", arguments=FULL)
        channel.queue_bind("full", topology.exchange("bookings"), TYPE)
        yield "full"
        channel.queue_delete("full")


def event() -> Envelope:
    return Envelope(
        id=str(uuid.uuid4()), source="bookings", type=TYPE, subject="BK-1", time=datetime.now(UTC), sequence=1,
        hotel="h", data={}, dataschema="",
    )  # fmt: skip


async def channels_used(url: str, *, pause: float) -> list[object]:
    """Publish two events, `pause` seconds apart, and a third one; returns the channel of each."""
    publishing = Publisher(url, "bookings")
    publishing.start()
    used = list[object]()
    try:
        for seconds in (0, pause, 0):
            await asyncio.sleep(seconds)
            async with asyncio.timeout(WITHIN):
                await publishing._keeper.opened.wait()
            used.append(publishing._channel)
            assert await publishing.publish([event()], within=WITHIN) == [False]
            await asyncio.sleep(0.1)
    finally:
        await publishing.close()
    return used


def test_a_channel_that_refuses_events_for_a_second_is_replaced(clean_rabbit: RabbitNode, full_queue: str) -> None:
    first, second, third = asyncio.run(channels_used(clean_rabbit.url_of("bookings"), pause=publisher.KEPT + 0.1))

    assert first is second
    assert third is not second


def test_a_new_channel_may_refuse_events_for_a_moment(clean_rabbit: RabbitNode, full_queue: str) -> None:
    first, second, third = asyncio.run(channels_used(clean_rabbit.url_of("bookings"), pause=0))

    assert first is second is third
