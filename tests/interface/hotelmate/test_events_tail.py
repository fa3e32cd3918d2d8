"""`hotelmate events tail` on a real broker: shows events, consumes none from a service's queue, and ends on Ctrl-C."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pika
import pika.exceptions
import pytest

from chassis import codec
from chassis.messaging import event_protocol, topology
from chassis.messaging.amqp import parameters
from contracts.message import Envelope
from sandbox.stack.rabbit import RabbitNode

PLANTED = ("Ada Planted", "ada@planted.example", "+353 1 5559999")


def an_event(name: str, booking_id: str, *, hotel: str = "the-inn", **data: object) -> Envelope:
    return Envelope(
        id=str(uuid4()),
        source="bookings",
        type=f"bookings.{name}.v1",
        subject=booking_id,
        time=datetime(2026, 11, 21, 12, 30, tzinfo=UTC),
        sequence=1,
        hotel=hotel,
        data={"booking_id": booking_id, "hotel": hotel, **data},
        dataschema="",
    )


def approved(booking_id: str, **over: object) -> Envelope:
    by = {"kind": "staff", "id": "7", "name": PLANTED[0]}
    data: dict[str, Any] = {
        "payment_id": "pay-1",
        "decision_made_at": "2026-11-21T12:30:00Z",
        "decision_made_by": by,
        "email": PLANTED[1],
    }
    return an_event("BookingApproved", booking_id, status="PENDING_APPROVAL", **(data | over))


class Broker:
    """Publishes events as the relay does."""

    def __init__(self, url: str) -> None:
        self.connection = pika.BlockingConnection(parameters.parameters(url, "test"))
        self.channel = self.connection.channel()

    def publish(self, *events: Envelope) -> None:
        for event in events:
            exchange = topology.exchange(event.source)
            self.channel.basic_publish(
                exchange, event.type, codec.encode(event), event_protocol.event_properties(event)
            )

    def waiting(self) -> int:
        return int(self.channel.queue_declare(topology.partition("payments", 0), passive=True).method.message_count)


@pytest.fixture
def broker(rabbit: RabbitNode) -> Iterator[Broker]:
    made = Broker(rabbit.amqp_url)
    yield made
    if made.connection.is_open:
        with suppress(pika.exceptions.AMQPError):
            made.connection.close()


@contextmanager
def tailing(rabbit: RabbitNode, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A terminal in which the bus is followed already."""
    command = [sys.executable, "-m", "hotelmate", "events", "tail", *arguments]
    environment = os.environ | {"AMQP_URL": rabbit.url_of("operator")}
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1
    )
    try:
        assert process.stderr is not None
        started = process.stderr.readline()
        if "is not known" in started:  # no service answers here
            started = process.stderr.readline()
        assert "Listening" in started
        yield process
    finally:
        process.kill()
        process.communicate()


def test_tail_shows_the_chosen_events_without_personal_data_and_ends_on_ctrl_c(
    rabbit: RabbitNode, broker: Broker
) -> None:
    before = broker.waiting()
    with tailing(rabbit, "--json", "--booking", "bk-2026-tail22", "--event", "BookingApproved") as process:
        mine = approved("BK-2026-TAIL22")
        broker.publish(
            approved("BK-2026-OTHER2"),
            an_event("BookingExpired", "BK-2026-TAIL22", reason="HOLD_RAN_OUT", expired_at="2026-11-21T12:30:00Z"),
            an_event("Unheard", "BK-2026-TAIL22", words=PLANTED[0]),
            mine,
        )
        assert process.stdout is not None
        line = process.stdout.readline()

        process.send_signal(signal.SIGINT)
        rest, troubles = process.communicate(timeout=10)

    event = json.loads(line)
    assert (event["event"], event["subject"], event["id"]) == ("BookingApproved", "BK-2026-TAIL22", mine.id)
    assert event["facts"]["decision_made_by"] == "staff 7"
    assert event["facts"]["status"] == "PENDING_APPROVAL"
    assert (process.returncode, rest, troubles) == (0, "", "")
    assert not [private for private in PLANTED if private in line]
    assert broker.waiting() == before + 4, "it takes nothing from those whom the events are for"


def test_tail_ends_after_its_limit_and_survives_a_lost_connection(rabbit: RabbitNode, broker: Broker) -> None:
    with tailing(rabbit, "--hotel", "the-tail", "--count", "2") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        broker.publish(approved("BK-2026-ELSE22"), approved("BK-2026-FIRST2", hotel="the-tail"))
        first = process.stdout.readline()

        rabbit.ctl("close_all_connections", "tried")
        assert "The broker is down" in process.stderr.readline()
        started = process.stderr.readline()
        if "is not known" in started:  # no service answers here
            started = process.stderr.readline()
        assert "Listening" in started
        Broker(rabbit.amqp_url).publish(approved("BK-2026-SECOND", hotel="the-tail"))
        second, _ = process.communicate(timeout=20)

    assert first.startswith("12:30:00.000  bookings BookingApproved  BK-2026-FIRST2 #1  the-tail")
    assert "BK-2026-SECOND" in second
    assert process.returncode == 0
