"""The notifier as a process of its own on nameko, with a real broker and a stand-in for bookings."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pika
import pytest

from chassis import codec
from chassis.messaging import ask_protocol, event_protocol, topology
from chassis.messaging.ask_client import AskClient
from chassis.refusal import Unavailable
from contracts.bookings.approval import BookingConfirmed
from contracts.bookings.status import BookingStatus
from contracts.bookings.stays import RoomAssigned
from contracts.message import Envelope
from contracts.notifier.channel_authorisation import DescribeRealtime
from sandbox.mailbox.stand_in import MailboxStandIn
from sandbox.pusher.stand_in import PusherStandIn
from sandbox.stack.orphans import register
from sandbox.stack.rabbit import RabbitNode
from services.notifier.settings import NotifierSettings
from tests.interface.notifier.conftest import Notifier
from tests.unit.notifier.samples import BOOKING, envelope_of, mail_facts, sample

pytestmark = [pytest.mark.timeout(90), pytest.mark.slow]


class Broker:
    """Publishes as bookings, and answers every ask to bookings with the same `MailFacts`."""

    def __init__(self, url: str) -> None:
        self._parameters = pika.URLParameters(url)
        self._over = threading.Event()
        self._answering = threading.Thread(target=self._answer, daemon=True)
        self._answering.start()

    def publish(self, *envelopes: Envelope) -> None:
        with pika.BlockingConnection(self._parameters) as connection:
            channel = connection.channel()
            channel.confirm_delivery()
            for envelope in envelopes:
                channel.basic_publish(
                    topology.exchange(envelope.source),
                    envelope.type,
                    codec.encode(envelope),
                    event_protocol.event_properties(envelope),
                    mandatory=True,
                )

    def stop(self) -> None:
        self._over.set()
        self._answering.join(5)

    def _answer(self) -> None:
        with pika.BlockingConnection(self._parameters) as connection:
            channel = connection.channel()
            queue = topology.asks_queue("bookings")
            channel.queue_declare(queue, exclusive=True)
            channel.queue_bind(queue, topology.asks("bookings"), topology.ONE_SHARE)
            asks = channel.consume(queue, auto_ack=True, inactivity_timeout=0.1)
            for _, properties, _ in asks:
                if properties is not None:
                    reply = ask_protocol.reply_body(mail_facts())
                    channel.basic_publish(
                        topology.replies("notifier"),
                        properties.reply_to,
                        reply,
                        ask_protocol.reply_properties(properties, None),
                    )
                if self._over.is_set():
                    return


def until_answered(asker: AskClient, *, within: float = 20) -> None:
    """Ask until the notifier replies: an ask fails at once while no process of the service runs."""
    deadline = time.monotonic() + within
    while True:
        try:
            asker(DescribeRealtime(), deadline=within)
            return
        except Unavailable:
            assert time.monotonic() < deadline
            time.sleep(0.1)


@pytest.fixture
def broker(rabbit: RabbitNode) -> Iterator[Broker]:
    broker = Broker(rabbit.amqp_url)
    yield broker
    broker.stop()


@pytest.fixture
def running(settings: NotifierSettings, rabbit: RabbitNode, notifier: Notifier) -> Iterator[AskClient]:
    """The notifier in a process of its own, once it answers asks."""
    values = {name: value for name, value in settings.model_dump().items() if value not in (None, "")}
    variables = {f"NOTIFIER_{name.upper()}": str(value) for name, value in values.items()}
    environment: dict[str, Any] = {
        **os.environ, **variables, "AMQP_URL": rabbit.url_of("notifier"), "HOTELMATE_MODE": "demo",
        "LOG_FORMAT": "console",
    }  # fmt: skip
    process = subprocess.Popen([sys.executable, "-m", "chassis.hosting.run", "notifier"], env=environment)
    register(process.pid)
    asker = AskClient(rabbit.url_of("gateway"), "gateway").start(wait=10)
    try:
        until_answered(asker)
        yield asker
    finally:
        asker.stop()
        process.terminate()
        process.wait(15)


def test_an_event_on_the_broker_becomes_a_push_and_a_mail(
    running: AskClient, broker: Broker, pusher: PusherStandIn, mailbox: MailboxStandIn
) -> None:
    changed = {"status": BookingStatus.CONFIRMED, "previous_status": BookingStatus.PENDING_APPROVAL}
    envelope = envelope_of(sample(BookingConfirmed, **changed))

    broker.publish(envelope, envelope)

    (event,) = pusher.wait_for(channel=f"private-booking-{BOOKING}", event="booking_confirmed", timeout=20)
    assert event["data"]["event_id"] == envelope.id
    (mail,) = mailbox.wait_for(subject=f"Booking Confirmed - {BOOKING}", timeout=20)
    assert mail["to"] == ["guest@example.org"]


def test_a_slow_mail_server_does_not_delay_pushes(
    running: AskClient, broker: Broker, pusher: PusherStandIn, mailbox: MailboxStandIn
) -> None:
    mailbox.fault("delay", seconds=5)
    envelopes = [envelope_of(sample(BookingConfirmed), sequence=1)]
    envelopes += [envelope_of(sample(RoomAssigned), sequence=number) for number in range(2, 8)]

    broker.publish(*envelopes)

    events = pusher.wait_for(channel=f"private-booking-{BOOKING}", event="room_assigned", count=6, timeout=4)
    assert [event["data"]["sequence"] for event in events] == [2, 3, 4, 5, 6, 7]
