"""Events from one service's commit to another's effect, on a real broker and a real database."""

import signal
import subprocess
import time
from datetime import UTC, datetime
from uuid import uuid4

import pika
import pytest
import sqlalchemy as sa

from chassis import codec
from chassis.messaging import event_protocol, topology
from chassis.messaging.acknowledgement import MAX_ATTEMPTS
from contracts.bookings.amendments import BookingAmended
from contracts.message import Envelope
from sandbox.stack.postgres import PostgresNode
from sandbox.stack.rabbit import RabbitNode
from tests.interface.chassis.conftest import Owner, Toy, program, relay_of, until

pytestmark = pytest.mark.timeout(90)


def depth(rabbit: RabbitNode, queue: str) -> int:
    with pika.BlockingConnection(pika.URLParameters(rabbit.amqp_url)) as connection:
        return int(connection.channel().queue_declare(queue, passive=True).method.message_count)


def test_a_committed_event_is_applied_once_and_in_order(owner: Owner, toy: Toy, relay: subprocess.Popen[bytes]) -> None:
    with toy.running():
        for number in range(50):
            owner.publish(f"BK-{number % 5}", "one", "two")

        until(lambda: len(toy.effects()) == 100, what="100 effects")

    for booking in range(5):
        numbers = [sequence for booking_id, sequence, _ in toy.effects() if booking_id == f"BK-{booking}"]
        assert numbers == list(range(1, 21))


def test_a_redelivered_event_is_absorbed(owner: Owner, toy: Toy, relay: subprocess.Popen[bytes]) -> None:
    with toy.running():
        owner.publish("BK-1", "one")
        until(lambda: len(toy.effects()) == 1)
        with owner.engine.begin() as connection:
            connection.execute(sa.text("UPDATE outbox SET published_at = NULL"))
        owner.publish("BK-1", "two")

        until(lambda: len(toy.effects()) == 2)

    assert [note for _, _, note in toy.effects()] == ["one", "two"]


def test_a_crash_between_commit_and_ack_repeats_nothing(owner: Owner, toy: Toy, relay: subprocess.Popen[bytes]) -> None:
    with toy.running() as first:
        owner.publish("BK-1", "die-once")
        assert first.wait(15) == 9
    with toy.running():
        owner.publish("BK-1", "after")
        until(lambda: len(toy.effects()) == 2)

    assert [note for _, _, note in toy.effects()] == ["die-once", "after"]


def test_a_poison_event_is_parked_and_delays_only_its_own_booking(
    owner: Owner, toy: Toy, relay: subprocess.Popen[bytes], clean_rabbit: RabbitNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    with toy.running():
        owner.publish("BK-bad", "fine", "poison", "held back")
        began = time.monotonic()
        for number in range(20):
            owner.publish(f"BK-{number}", "neighbour")
        until(lambda: sum(note == "neighbour" for _, _, note in toy.effects()) == 20, what="the neighbours")
        assert time.monotonic() - began < 2

        assert "held back" not in {note for _, _, note in toy.effects()}
        assert depth(clean_rabbit, topology.dead_letters("rooms")) == 0  # it is still being tried


def test_a_message_that_is_no_event_is_parked_at_once(toy: Toy, clean_rabbit: RabbitNode) -> None:
    with toy.running():
        with pika.BlockingConnection(pika.URLParameters(clean_rabbit.amqp_url)) as connection:
            connection.channel().basic_publish(topology.exchange("bookings"), "bookings.None.v1", b"{not json")

        until(lambda: depth(clean_rabbit, topology.dead_letters("rooms")) == 1, what="the dead letter")


def test_a_relay_killed_after_publishing_loses_and_doubles_nothing(
    owner: Owner, toy: Toy, clean_rabbit: RabbitNode
) -> None:
    with toy.running():
        owner.publish("BK-1", *["note"] * 2000)
        for _ in range(3):
            with program(*relay_of(owner, clean_rabbit)) as relay:
                time.sleep(0.6)
                relay.send_signal(signal.SIGKILL)
        with program(*relay_of(owner, clean_rabbit)):
            until(lambda: owner.unpublished() == 0, what="an empty outbox")
            until(lambda: len(toy.effects()) == 2000, what="every effect")

    assert [sequence for _, sequence, _ in toy.effects()] == list(range(1, 2001))


def test_a_stopping_service_completes_the_work_that_it_has_begun(
    owner: Owner, toy: Toy, relay: subprocess.Popen[bytes], clean_rabbit: RabbitNode
) -> None:
    with toy.running() as process:
        owner.publish("BK-1", "slow")
        until(lambda: owner.unpublished() == 0)
        time.sleep(0.3)
        began = time.monotonic()

        process.send_signal(signal.SIGTERM)

        assert process.wait(11) == 0
        assert time.monotonic() - began < 10
    assert [note for _, _, note in toy.effects()] == ["slow"]
    assert depth(clean_rabbit, topology.partition("rooms", 0)) == 0


def test_two_relays_elect_one_and_the_other_takes_over(owner: Owner, toy: Toy, clean_rabbit: RabbitNode) -> None:
    with program(*relay_of(owner, clean_rabbit)) as first, program(*relay_of(owner, clean_rabbit)), toy.running():
        owner.publish("BK-1", "one")
        until(lambda: len(toy.effects()) == 1)
        first.send_signal(signal.SIGSTOP)
        owner.publish("BK-1", "two")

        until(lambda: len(toy.effects()) == 2, within=8, what="the take-over")

        first.send_signal(signal.SIGCONT)
        owner.publish("BK-1", "three")
        until(lambda: len(toy.effects()) == 3)
    assert [note for _, _, note in toy.effects()] == ["one", "two", "three"]


def test_a_broker_restart_under_load_loses_nothing(
    owner: Owner, toy: Toy, relay: subprocess.Popen[bytes], clean_rabbit: RabbitNode
) -> None:
    with toy.running():
        for number in range(200):
            owner.publish(f"BK-{number % 20}", "note", "note")
            if number == 60:
                clean_rabbit.kill()
            if number == 120:
                clean_rabbit.start()

        until(lambda: len(toy.effects()) == 400, within=30, what="every effect")

    for booking in range(20):
        numbers = [sequence for booking_id, sequence, _ in toy.effects() if booking_id == f"BK-{booking}"]
        assert numbers == list(range(1, 21))


def test_no_process_needs_a_restart_after_an_outage_of_the_database(
    owner: Owner, toy: Toy, relay: subprocess.Popen[bytes], postgres: PostgresNode
) -> None:
    with toy.running() as process:
        owner.publish("BK-1", "before")
        until(lambda: len(toy.effects()) == 1)

        postgres.kill()
        time.sleep(1)
        postgres.start()
        owner.dispose()
        toy.dispose()
        owner.publish("BK-1", "after")

        until(lambda: [note for _, _, note in toy.effects()] == ["before", "after"], what="the event after")
        assert (process.poll(), relay.poll()) == (None, None)


def test_an_event_that_fails_for_the_fifth_time_is_parked_with_its_cause(
    owner: Owner, toy: Toy, clean_rabbit: RabbitNode
) -> None:
    poison = Envelope(
        id=str(uuid4()),
        source="bookings",
        type=BookingAmended.wire_name,
        subject="BK-1",
        time=datetime(2026, 1, 1, tzinfo=UTC),
        sequence=1,
        hotel="h",
        data={"booking_id": "BK-1", "hotel": "h", "fields": ["poison"], "by": {"kind": "system"}},
        dataschema="",
    )
    with toy.running(), pika.BlockingConnection(pika.URLParameters(clean_rabbit.amqp_url)) as connection:
        channel = connection.channel()
        properties = event_protocol.event_properties(poison)
        properties.headers = {event_protocol.ATTEMPT: MAX_ATTEMPTS - 1}
        channel.basic_publish(topology.exchange("bookings"), poison.type, codec.encode(poison), properties)

        until(lambda: depth(clean_rabbit, topology.dead_letters("rooms")) == 1, what="the dead letter")
        _, parked, _ = channel.basic_get(topology.dead_letters("rooms"), auto_ack=True)

    assert parked.headers[event_protocol.ERROR] == "ValueError: poison"
    assert toy.effects() == []
