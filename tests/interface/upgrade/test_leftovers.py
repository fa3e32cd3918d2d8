"""Events that waited in a broker of the unsigned version are applied once; unsigned ones that come later are refused.

How a node comes up with users after the upgrade is in `tests/interface/broker/test_migration.py`.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pika
import pytest

from chassis import codec
from chassis.messaging import event_protocol, topology
from chassis.messaging.keys import keys_of
from chassis.messaging.migrate import migrate
from chassis.messaging.unsigned import SIGNED as SIGNED_MARK
from contracts.bookings.amendments import BookingAmended
from contracts.message import Envelope
from contracts.values import SYSTEM
from hotelmate.dead_letter_queue import open_queue
from sandbox.stack.rabbit import RabbitNode
from tests.interface.broker.former import declare_former, former_properties
from tests.interface.chassis.conftest import Toy, until
from tests.interface.chassis.signing import MASTER, SIGNED

pytestmark = [pytest.mark.timeout(180), pytest.mark.long]

UNSIGNED = "not signed for rooms"


def amended(number: int) -> bytes:
    event = BookingAmended(booking_id=f"BK-{number}", hotel="h", fields=("left",), by=SYSTEM)
    envelope = Envelope(
        id=f"00000000-0000-0000-0000-{number:012}", source="bookings", type=event.wire_name, subject=event.subject,
        time=datetime(2026, 7, 1, 12, tzinfo=UTC), sequence=1, hotel="h", data=codec.plain(event), dataschema="",
    )  # fmt: skip
    return codec.encode(envelope)


def leave(url: str, *numbers: int) -> None:
    """Leave an event of each of these bookings in the inboxes of the version before."""
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        declare_former(channel)
        for number in numbers:
            channel.basic_publish("", "rooms.inbox", amended(number), former_properties(), mandatory=True)


def forge(node: RabbitNode, number: int) -> None:
    """Publish an unsigned event with the operator's credentials."""
    properties = former_properties(**{event_protocol.SUBJECT: f"BK-{number}"})
    with pika.BlockingConnection(pika.URLParameters(node.url_of("operator"))) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        channel.basic_publish(topology.replay("rooms"), "", amended(number), properties, mandatory=True)


@pytest.fixture(scope="module")
def node(rabbit: RabbitNode) -> RabbitNode:
    """The broker after its upgrade. Two events waited, one of them twice, and one was parked."""
    with pika.BlockingConnection(pika.URLParameters(rabbit.amqp_url)) as connection:
        channel = connection.channel()
        for queue in (topology.partition("rooms", 0), topology.dead_letters("rooms")):
            channel.queue_purge(queue)
        channel.exchange_delete(SIGNED_MARK)  # as no version before signed anything
        leave(rabbit.amqp_url, 1, 2, 1)
        parked = former_properties(**{event_protocol.ERROR: "earlier"})
        channel.basic_publish("", "rooms.inbox.dlq", amended(3), parked)
    migrate(rabbit.amqp_url, masters=[MASTER])
    return rabbit


@pytest.fixture(scope="module")
def toy(
    node: RabbitNode, new_database: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Toy]:
    """A service that verifies."""
    made = Toy(new_database("toy"), node, tmp_path_factory.mktemp("toy") / "marker")
    made.environment |= SIGNED
    made.asker_keys = keys_of("operator", [MASTER])
    yield made
    made.engine.dispose()


def parked(node: RabbitNode) -> dict[str, str]:
    with open_queue(node.url_of("operator"), "rooms") as queue:
        return {letter.envelope.subject: letter.reason for letter in queue.letters() if letter.envelope}


def applied(toy: Toy) -> list[str]:
    return sorted(booking_id for booking_id, _, _ in toy.effects())


def test_what_waited_is_applied_once_and_what_was_parked_can_be_replayed(node: RabbitNode, toy: Toy) -> None:
    with toy.running():
        until(lambda: applied(toy) == ["BK-1", "BK-2"], what="the events that waited")
        assert parked(node) == {"BK-3": "earlier"}
        with open_queue(node.url_of("operator"), "rooms") as queue:
            queue.replay(queue.letters()[0])
        until(lambda: applied(toy) == ["BK-1", "BK-2", "BK-3"], what="the replayed event")

    assert parked(node) == {}


def test_an_unsigned_event_after_the_migration_is_refused(node: RabbitNode, toy: Toy) -> None:
    forge(node, 4)
    with toy.running():
        until(lambda: parked(node) == {"BK-4": UNSIGNED}, what="the forged event parked")

    assert "BK-4" not in applied(toy)


def test_what_a_later_migration_moves_stays_unsigned_and_is_refused(node: RabbitNode, toy: Toy) -> None:
    leave(node.amqp_url, 5)

    migrate(node.amqp_url, masters=[MASTER])

    with toy.running():
        until(lambda: parked(node).get("BK-5") == UNSIGNED, what="the event of the queue that was made again")
    assert "BK-5" not in applied(toy)


def test_a_service_that_does_not_verify_applies_the_forged_event(node: RabbitNode, toy: Toy) -> None:
    toy.environment.pop("MESSAGE_KEYS")
    toy.asker_keys = ""
    forge(node, 6)

    with toy.running():
        until(lambda: "BK-6" in applied(toy), what="the forged event applied")
