"""Events that their owner did not sign are parked and never applied: each first is applied by a service that does not
verify.

The operator's user may write the exchange of replays, so that permissions alone do not keep the operator from making
events up.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pika
import pytest

from chassis import codec
from chassis.messaging import event_protocol, topology
from chassis.messaging.keys import Keyring, keys_of, relay_keys
from chassis.messaging.migrate import migrate
from chassis.messaging.signatures import SIGNATURES, sign_event
from chassis.messaging.unsigned import SIGNED as SIGNED_MARK
from contracts.bookings.amendments import BookingAmended
from contracts.message import Envelope
from contracts.values import SYSTEM
from hotelmate.dead_letter_queue import open_queue
from sandbox.stack.rabbit import RabbitNode
from tests.interface.chassis.conftest import Owner, Toy, program, relay_of, until
from tests.interface.chassis.signing import MASTER, SIGNED, keyring

pytestmark = pytest.mark.timeout(180)

RELAY = Keyring("bookings", relay_keys("bookings", [MASTER]))


def amended(number: int = 1, *, source: str = "bookings", note: str = "made up") -> Envelope:
    event = BookingAmended(booking_id=f"BK-{number}", hotel="h", fields=(note,), by=SYSTEM)
    return Envelope(
        id=f"00000000-0000-0000-0000-{number:012}", source=source, type=event.wire_name, subject=event.subject,
        time=datetime(2026, 7, 1, 12, tzinfo=UTC), sequence=1, hotel="h", data=codec.plain(event), dataschema="",
    )  # fmt: skip


def replayed(rabbit: RabbitNode, event: Envelope, signatures: dict[str, str] | None, *, body: bytes = b"") -> None:
    """Publish an event with the operator's credentials."""
    properties = event_protocol.event_properties(event)
    if signatures is not None:
        properties.headers[SIGNATURES] = signatures
    with pika.BlockingConnection(pika.URLParameters(rabbit.url_of("operator"))) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        channel.basic_publish(topology.replay("rooms"), "", body or codec.encode(event), properties, mandatory=True)


def forge(rabbit: RabbitNode) -> list[str]:
    """Make events up, each for a booking of its own; returns why a service that verifies refuses each of them."""
    replayed(rabbit, amended(1), None)
    replayed(rabbit, amended(2), sign_event(keyring("operator"), amended(2), codec.encode(amended(2))))
    by_the_operator = keyring("operator").sign("rooms", b"anything")
    replayed(rabbit, amended(3), {"rooms": by_the_operator})
    genuine = sign_event(RELAY, amended(4, note="genuine"), codec.encode(amended(4, note="genuine")))
    replayed(rabbit, amended(4), genuine)
    for_another = sign_event(RELAY, amended(5), codec.encode(amended(5)))
    replayed(rabbit, amended(5), {"rooms": for_another["notifier"]})
    return ["not signed for rooms", *["not signed by bookings"] * 4]


@contextmanager
def signing_relay(owner: Owner, rabbit: RabbitNode) -> Iterator[None]:
    module, environment = relay_of(owner, rabbit)
    with program(module, environment | {"BOOKINGS_RELAY_MESSAGE_KEYS": relay_keys("bookings", [MASTER])}):
        yield


def parked(rabbit: RabbitNode) -> list[tuple[str, str]]:
    with open_queue(rabbit.url_of("operator"), "rooms") as queue:
        return [(letter.envelope.subject if letter.envelope else "", letter.reason) for letter in queue.letters()]


def test_every_made_up_event_is_applied_where_the_service_does_not_verify(toy: Toy, clean_rabbit: RabbitNode) -> None:
    with toy.running():
        count = len(forge(clean_rabbit))
        until(lambda: len(toy.effects()) == count, what="every event")

    assert parked(clean_rabbit) == []


def test_no_made_up_event_is_applied_where_the_service_verifies(toy: Toy, clean_rabbit: RabbitNode) -> None:
    toy.environment |= SIGNED
    toy.asker_keys = keys_of("operator", [MASTER])
    with toy.running():
        reasons = forge(clean_rabbit)
        until(lambda: len(parked(clean_rabbit)) == len(reasons), what="every event parked")

    assert sorted(parked(clean_rabbit)) == [(f"BK-{number}", why) for number, why in enumerate(reasons, 1)]
    assert toy.effects() == []


def test_the_relays_signature_holds_through_delays_dead_letters_and_replays(
    toy: Toy, owner: Owner, clean_rabbit: RabbitNode
) -> None:
    toy.environment |= SIGNED
    toy.asker_keys = keys_of("operator", [MASTER])
    with toy.running(), signing_relay(owner, clean_rabbit):
        owner.publish("BK-1", "first")
        until(lambda: toy.effects() == [("BK-1", 1, "first")], what="a signed event applied")

    event = amended(9)
    properties = event_protocol.event_properties(event)
    properties.headers |= {SIGNATURES: sign_event(RELAY, event, codec.encode(event)), event_protocol.ERROR: "earlier"}
    with pika.BlockingConnection(pika.URLParameters(clean_rabbit.url_of("rooms"))) as connection:
        connection.channel().basic_publish(topology.dead("rooms"), "", codec.encode(event), properties)
    until(lambda: len(parked(clean_rabbit)) == 1, what="the dead letter")
    with toy.running(), open_queue(clean_rabbit.url_of("operator"), "rooms") as queue:
        queue.replay(queue.letters()[0])
        until(lambda: ("BK-9", 1, "made up") in toy.effects(), what="the replayed event applied")


def test_the_migration_signs_what_an_unsigned_version_left_and_nothing_later(
    toy: Toy, clean_rabbit: RabbitNode
) -> None:
    with pika.BlockingConnection(pika.URLParameters(clean_rabbit.amqp_url)) as connection:
        connection.channel().exchange_delete(SIGNED_MARK)
    for number in (1, 2, 3):
        replayed(clean_rabbit, amended(number), None)

    migrate(clean_rabbit.amqp_url, masters=[MASTER])
    replayed(clean_rabbit, replace(amended(4), hotel="later"), None)
    migrate(clean_rabbit.amqp_url, masters=[MASTER])

    toy.environment |= SIGNED
    toy.asker_keys = keys_of("operator", [MASTER])
    with toy.running():
        until(lambda: len(toy.effects()) == 3, what="the three events applied")
        until(lambda: parked(clean_rabbit) == [("BK-4", "not signed for rooms")], what="the later one parked")
    assert {booking_id for booking_id, _, _ in toy.effects()} == {"BK-1", "BK-2", "BK-3"}
    assert "MESSAGE_MASTER_KEYS" not in os.environ
