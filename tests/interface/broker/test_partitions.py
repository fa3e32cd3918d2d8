"""Inboxes in several partitions: each subject is in one, also after a delay and a replay, and events are applied."""

import json
import subprocess
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import takewhile
from pathlib import Path

import pika
import pytest

from chassis.messaging import event_protocol, topology
from chassis.messaging.migrate import migrate
from sandbox.stack.rabbit import RabbitNode
from tests.interface.chassis.conftest import Owner, Toy, program, relay_of, until

pytestmark = pytest.mark.timeout(180)
COUNT, SUBJECTS = 3, [f"BK-{number}" for number in range(60)]


@pytest.fixture(scope="module")
def partitioned(node: RabbitNode) -> RabbitNode:
    """A running broker whose inboxes are given further partitions."""
    migrate(node.amqp_url, partitions=COUNT)
    return node


def subjects_by_partition(node: RabbitNode, service: str) -> dict[int, list[str]]:
    """The subjects in each partition of an inbox, which is then empty."""
    result: dict[int, list[str]] = defaultdict(list)
    with pika.BlockingConnection(pika.URLParameters(node.url_of(service))) as connection:
        for number in range(COUNT):
            channel = connection.channel()
            rows = channel.consume(topology.partition(service, number), auto_ack=True, inactivity_timeout=1)
            for _, _, body in takewhile(lambda row: row[0] is not None, rows):
                result[number].append(json.loads(body)["subject"])
            channel.cancel()
    return result


def publish(channel: pika.adapters.blocking_connection.BlockingChannel, exchange: str, key: str, subject: str) -> None:
    properties = pika.BasicProperties(delivery_mode=2, headers={event_protocol.SUBJECT: subject})
    channel.basic_publish(exchange, key, json.dumps({"subject": subject}).encode(), properties, mandatory=True)


def test_a_subject_has_one_partition_however_its_events_arrive(partitioned: RabbitNode) -> None:
    with pika.BlockingConnection(pika.URLParameters(partitioned.amqp_url)) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        for subject in SUBJECTS:
            publish(channel, "bookings.events", "bookings.BookingHeld.v1", subject)
            publish(channel, "rooms.retry", "200", subject)
            publish(channel, "rooms.replay", "", subject)

    def waiting() -> int:
        with pika.BlockingConnection(pika.URLParameters(partitioned.amqp_url)) as connection:
            queues = topology.partitions("rooms", COUNT)
            declared = [connection.channel().queue_declare(queue, passive=True) for queue in queues]
            return sum(each.method.message_count for each in declared)

    until(lambda: waiting() == 3 * len(SUBJECTS), what="the delayed events")
    shares = subjects_by_partition(partitioned, "rooms")

    assert len(shares) == COUNT, "each partition has a share"
    of_subject = {subject: {number for number in shares if subject in shares[number]} for subject in SUBJECTS}
    assert {len(numbers) for numbers in of_subject.values()} == {1}
    assert all(shares[number].count(subject) == 3 for subject, numbers in of_subject.items() for number in numbers)


@pytest.fixture
def relayed(partitioned: RabbitNode, new_database: Callable[[str], str]) -> Iterator[Owner]:
    owner = Owner(new_database("owner"))
    with ExitStack() as stack:
        stack.enter_context(program(*relay_of(owner, partitioned)))
        yield owner
    owner.dispose()


def test_a_service_applies_the_events_of_all_partitions_once_and_in_order(
    relayed: Owner, partitioned: RabbitNode, new_database: Callable[[str], str], tmp_path: Path
) -> None:
    toy = Toy(new_database("toy"), partitioned, tmp_path / "marker")
    toy.environment["INBOX_PARTITIONS"] = str(COUNT)
    with toy.running() as process:
        assert isinstance(process, subprocess.Popen)
        for note in ("one", "two", "three"):
            for subject in SUBJECTS[:20]:
                relayed.publish(subject, note)
        until(lambda: len(toy.effects()) == 60, what="60 effects")

    for subject in SUBJECTS[:20]:
        assert [sequence for booking_id, sequence, _ in toy.effects() if booking_id == subject] == [1, 2, 3]
    toy.dispose()
