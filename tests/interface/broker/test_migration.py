"""A broker of the commit before is brought over: nothing in its queues is lost, and the queues are gone."""

import json
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

import pika
import pytest

from chassis.messaging import event_protocol, topology
from chassis.messaging.amqp.probe import exchange_exists, queue_exists
from chassis.messaging.migrate import migrate
from sandbox.stack.commands import BROKER_USERS, COMMANDS
from sandbox.stack.rabbit import RabbitNode
from tests.interface.broker.former import FORMER_EXCHANGES, FORMER_QUEUES, declare_former, former_properties
from tests.interface.chassis.conftest import until

pytestmark = pytest.mark.timeout(180)


def event(number: int, subject: str = "BK-1") -> bytes:
    fields = {
        "id": f"00000000-0000-0000-0000-{number:012}", "source": "bookings", "type": "bookings.BookingHeld.v1",
        "subject": subject, "time": "2026-07-01T12:00:00Z", "sequence": number, "hotel": "h", "data": {},
        "dataschema": "",
    }  # fmt: skip
    return json.dumps(fields).encode()


@pytest.fixture(scope="module")
def brought_over(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitNode]:
    """A node with data of the commit before, started anew with users and migrated."""
    directory = Path(tmp_path_factory.mktemp("former"))
    with RabbitNode(directory) as before, pika.BlockingConnection(pika.URLParameters(before.amqp_url)) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        declare_former(channel)
        for number in range(1, 51):
            channel.basic_publish("bookings.events", "bookings.BookingHeld.v1", event(number), former_properties())
        delayed = former_properties(**{event_protocol.ATTEMPT: 2})
        channel.basic_publish("hotelmate.delay.120000", "payments.inbox", event(1, "BK-2"), delayed)
        channel.basic_publish("hotelmate.delay.5000", "payments.inbox", b"{not json", delayed)
        channel.basic_publish("", "rooms.inbox.dlq", event(1, "BK-3"), former_properties(**{event_protocol.ERROR: "x"}))
        channel.basic_publish("nameko-rpc", "rooms.Ping", b"{}")
        until(lambda: all(before.registered(queue) for queue in FORMER_QUEUES[:9]), what="the queues on disk")
    with RabbitNode(directory, definitions=COMMANDS.definitions, users=BROKER_USERS) as node:
        migrate(node.amqp_url)
        yield node


def messages(node: RabbitNode, user: str, queue: str) -> list[tuple[pika.BasicProperties, bytes]]:
    """The messages of a queue, which stay in it, as this user or the administrator reads them."""
    url = node.url_of(user) if user else node.amqp_url
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        rows = connection.channel().consume(queue, inactivity_timeout=1)
        return [(properties, body) for _, properties, body in takewhile(lambda row: row[0] is not None, rows)]


def depth(node: RabbitNode, queue: str) -> int:
    with pika.BlockingConnection(pika.URLParameters(node.amqp_url)) as connection:
        return int(connection.channel().queue_declare(queue, passive=True).method.message_count)


def test_the_events_of_an_inbox_are_in_its_partition_in_order(brought_over: RabbitNode) -> None:
    for service in ("payments", "rooms", "notifier"):
        rows = messages(brought_over, service, topology.partition(service, 0))
        numbers = [json.loads(body)["sequence"] for _, body in rows if b'"BK-1"' in body]
        assert numbers == list(range(1, 51)), service
        assert all((properties.headers or {})["subject"] == "BK-1" for properties, body in rows if b'"BK-1"' in body)


def test_a_delayed_event_waits_on_with_its_attempts_and_returns_to_its_own_inbox(brought_over: RabbitNode) -> None:
    partition = topology.partition("payments", 0)
    [waiting] = messages(brought_over, "", topology.delay("payments", 120_000))
    until(lambda: depth(brought_over, partition) == 51, what="the event of the shorter delay")
    [returned] = [row for row in messages(brought_over, "payments", partition) if row[1] == b"{not json"]

    assert b'"BK-2"' in waiting[1]
    assert [(properties.headers or {})[event_protocol.ATTEMPT] for properties, _ in (waiting, returned)] == [2, 2]
    for other in ("bookings", "rooms", "notifier"):
        assert depth(brought_over, topology.delay(other, 120_000)) == 0
        assert b"{not json" not in [body for _, body in messages(brought_over, other, topology.partition(other, 0))]


def test_the_password_that_all_processes_had_is_refused(brought_over: RabbitNode) -> None:
    former = RabbitNode(brought_over.directory, port=brought_over.port).amqp_url  # without users, as before

    assert former.startswith("amqp://hotelmate:")
    with pytest.raises(pika.exceptions.ProbableAuthenticationError):
        pika.BlockingConnection(pika.URLParameters(former))
    pika.BlockingConnection(pika.URLParameters(brought_over.amqp_url)).close()


def test_a_dead_letter_stays_with_its_reason(brought_over: RabbitNode) -> None:
    [(properties, body)] = messages(brought_over, "operator", topology.dead_letters("rooms"))

    assert (json.loads(body)["subject"], (properties.headers or {})[event_protocol.ERROR]) == ("BK-3", "x")


def test_the_former_queues_and_exchanges_are_gone_and_a_second_migration_changes_nothing(
    brought_over: RabbitNode,
) -> None:
    before = depth(brought_over, topology.partition("rooms", 0))
    migrate(brought_over.amqp_url)

    with pika.BlockingConnection(pika.URLParameters(brought_over.amqp_url)) as connection:
        assert [queue for queue in FORMER_QUEUES if queue_exists(connection, queue)] == []
        assert [name for name in FORMER_EXCHANGES if exchange_exists(connection, name)] == []
    assert depth(brought_over, topology.partition("rooms", 0)) == before == 50
