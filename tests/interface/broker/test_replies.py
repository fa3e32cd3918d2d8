"""Nobody but the asked service can answer: a reply needs the correlation id, which only the asked service is sent."""

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pika
import pytest
from pika.adapters.blocking_connection import BlockingChannel

from chassis.messaging import ask_protocol, topology
from chassis.messaging.ask_client import AskClient
from chassis.refusal import Unavailable
from contracts.rooms.hotels import Hotels, ListHotels
from sandbox.stack.rabbit import RabbitNode

pytestmark = pytest.mark.timeout(120)


@contextmanager
def channel_of(node: RabbitNode, user: str) -> Iterator[BlockingChannel]:
    with pika.BlockingConnection(pika.URLParameters(node.url_of(user))) as connection:
        yield connection.channel()


def received_ask(rooms: BlockingChannel, queue: str) -> pika.BasicProperties:
    """The ask as the asked service gets it, which does not answer."""
    for method, properties, _ in rooms.consume(queue, inactivity_timeout=10):
        assert method is not None
        rooms.basic_ack(method.delivery_tag)
        return properties
    raise AssertionError("no ask")


def answered(node: RabbitNode, *, knows_the_id: bool) -> Hotels:
    """The gateway asks rooms; payments, which may write the gateway's replies, answers instead."""
    client = AskClient(node.url_of("gateway"), "gateway").start(wait=5)
    try:
        with (
            channel_of(node, "rooms") as rooms,
            channel_of(node, "payments") as payments,
            ThreadPoolExecutor(1) as pool,
        ):
            queue = topology.asks_queue("rooms")
            rooms.queue_declare(queue, exclusive=True)
            rooms.queue_bind(queue, topology.asks("rooms"), topology.ONE_SHARE)
            answer = pool.submit(client, ListHotels(), deadline=3)
            ask = received_ask(rooms, queue)
            properties = ask_protocol.reply_properties(ask, None)
            properties.correlation_id = ask.correlation_id if knows_the_id else uuid.uuid4().hex
            body = ask_protocol.reply_body({"hotels": []})
            payments.basic_publish(topology.replies("gateway"), ask.reply_to, body, properties)
            return answer.result(10)
    finally:
        client.stop()


def test_a_foreign_reply_with_the_correlation_id_would_be_taken(node: RabbitNode) -> None:
    assert answered(node, knows_the_id=True).hotels == ()


def test_a_foreign_reply_without_the_correlation_id_is_ignored(node: RabbitNode) -> None:
    with pytest.raises(Unavailable, match="did not answer"):
        answered(node, knows_the_id=False)
