"""What is under way while the migration of the broker empties a queue is not lost, and is signed like the rest."""

import itertools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pika
import pytest
from pika.adapters.blocking_connection import BlockingChannel

from chassis.messaging import moves, topology, unsigned
from chassis.messaging.amqp.probe import exchange_exists, queue_exists
from chassis.messaging.former_topology import move_former_queues
from chassis.messaging.keys import Keyring, relay_keys
from chassis.messaging.migrate import migrate
from chassis.messaging.removed_partitions import remove_partitions
from chassis.messaging.signatures import SIGNATURES
from chassis.messaging.unsigned import SIGNED, keyrings_of, sign_queues
from sandbox.stack.rabbit import RabbitNode
from tests.interface.broker.former import declare_former, former_properties
from tests.interface.chassis.signing import MASTER
from tests.interface.upgrade.killed import FORMER_INBOX, administering, amended

pytestmark = [pytest.mark.timeout(180), pytest.mark.long]

INBOX, SURPLUS = topology.partitions("rooms", 2)
KEYRINGS = keyrings_of({"bookings": relay_keys("bookings", [MASTER])})


@pytest.fixture
def channel(rabbit: RabbitNode) -> Iterator[BlockingChannel]:
    """The administrator's channel to a broker with the former and the present topology, both empty, and unsigned."""
    with administering(rabbit.amqp_url) as channel:
        channel.exchange_delete(SIGNED)
        declare_former(channel)
        for each in reversed(topology.topology().queues):
            channel.queue_purge(each.name)
        yield channel
        for queue in (FORMER_INBOX, SURPLUS):
            channel.queue_delete(queue)
        channel.queue_purge(INBOX)
        migrate(rabbit.amqp_url, masters=[MASTER])


@contextmanager
def consuming(rabbit: RabbitNode, queue: str) -> Iterator[None]:
    """A process that has one message of the queue in hand."""
    with administering(rabbit.amqp_url) as channel:
        channel.basic_qos(prefetch_count=1)
        next(channel.consume(queue))
        yield


def leave(channel: BlockingChannel, queue: str, *sequences: int) -> None:
    for sequence in sequences:
        channel.basic_publish("", queue, amended("BK-1", sequence), former_properties(), mandatory=True)


def arrived(channel: BlockingChannel, count: int) -> list[bool]:
    """Whether each of so many messages of the present inbox is signed."""
    rows = channel.consume(INBOX, auto_ack=True, inactivity_timeout=1)
    messages = itertools.takewhile(lambda row: row[0] is not None, rows)
    signed = [SIGNATURES in (properties.headers or {}) for _, properties, _ in itertools.islice(messages, count)]
    channel.cancel()
    return signed


def test_a_queue_that_a_process_of_the_version_before_consumes_is_not_removed(
    rabbit: RabbitNode, channel: BlockingChannel
) -> None:
    leave(channel, FORMER_INBOX, 1, 2)
    with consuming(rabbit, FORMER_INBOX), pytest.raises(RuntimeError, match="is in use: stop the processes"):
        move_former_queues(channel.connection, KEYRINGS, wait=0.3)

    move_former_queues(channel.connection, KEYRINGS)

    assert arrived(channel, 3) == [True, True]


def test_a_consumed_queue_and_its_events_are_lost_where_a_pause_counts_as_the_end(
    rabbit: RabbitNode, channel: BlockingChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moves, "_is_empty", lambda *_, **__: True)
    leave(channel, FORMER_INBOX, 1, 2)

    with consuming(rabbit, FORMER_INBOX):
        move_former_queues(channel.connection, KEYRINGS)

    assert arrived(channel, 3) == []


@pytest.mark.parametrize(("keyrings", "signed"), [(KEYRINGS, True), ({}, False)], ids=["signed", "signed later"])
def test_a_service_that_runs_gets_events_that_are_signed_as_they_are_moved(
    rabbit: RabbitNode, channel: BlockingChannel, keyrings: Mapping[str, Keyring], signed: bool
) -> None:
    leave(channel, FORMER_INBOX, 1, 2, 3)
    with administering(rabbit.amqp_url) as moving:
        rows = channel.consume(INBOX, inactivity_timeout=5)
        assert next(channel.consume(INBOX, inactivity_timeout=0.1))[0] is None
        move_former_queues(moving.connection, keyrings)

        assert [SIGNATURES in next(rows)[1].headers for _ in range(3)] == [signed] * 3


def keep_a_surplus_partition(rabbit: RabbitNode, channel: BlockingChannel) -> None:
    """Migrate to one partition while a process has the first of two events of another partition in hand."""
    [queue] = [each for each in topology.topology(partitions=2).queues if each.name == SURPLUS]
    channel.queue_declare(SURPLUS, durable=True, arguments=queue.arguments)
    leave(channel, SURPLUS, 1, 2)
    with consuming(rabbit, SURPLUS):
        remove_partitions(channel.connection, 1, KEYRINGS, wait=0.3)
        sign_queues(channel.connection, KEYRINGS, partitions=1)


def test_events_of_a_partition_that_stays_are_signed_by_the_migration_that_removes_it(
    rabbit: RabbitNode, channel: BlockingChannel
) -> None:
    keep_a_surplus_partition(rabbit, channel)
    migrate(rabbit.amqp_url, masters=[MASTER])

    assert arrived(channel, 3) == [True, True]
    assert not queue_exists(channel.connection, SURPLUS)
    assert exchange_exists(channel.connection, SIGNED)


def test_events_of_a_partition_that_stays_remain_unsigned_where_all_count_as_signed(
    rabbit: RabbitNode, channel: BlockingChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unsigned, "surplus_partitions", lambda *_: iter(()))
    keep_a_surplus_partition(rabbit, channel)
    migrate(rabbit.amqp_url, masters=[MASTER])

    assert arrived(channel, 3) == [False, False]


def test_a_relay_that_goes_on_publishing_unsigned_events_is_noticed(
    rabbit: RabbitNode, channel: BlockingChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign = unsigned._sign

    def publish_and_sign(connection: pika.BlockingConnection, way: unsigned.WayIn, *args: Any) -> int:
        if way.queue == INBOX:
            leave(channel, INBOX, 1)
        return sign(connection, way, *args)

    monkeypatch.setattr(unsigned, "_sign", publish_and_sign)
    with pytest.raises(RuntimeError, match="stop the relays of the version before"):
        sign_queues(channel.connection, KEYRINGS, partitions=1, wait=0.5)

    assert not exchange_exists(channel.connection, SIGNED)
