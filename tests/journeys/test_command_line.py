"""`hotelmate` on a running system."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from uuid import uuid4

import pika
import psycopg
import pytest
from pika.adapters.blocking_connection import BlockingChannel

from chassis import codec
from chassis.messaging import topology
from chassis.messaging.amqp import parameters
from contracts.message import Envelope
from sandbox.demo.booking_steps import DemoBooking
from sandbox.demo.clients import ApiClient
from sandbox.demo.context import DemoContext
from sandbox.demo.expectations import eventually
from sandbox.demo.transcript import SilentTranscript
from sandbox.stack.stack import Stack
from tests.unit.hotelmate.naming import NAMING, UNKNOWN

Run = Callable[..., tuple[int, str]]
HOTELS = Path(__file__).parents[2] / "sandbox" / "demo" / "hotels"
from tests.journeys.signing import signed_properties


def an_event(subject: str, number: int) -> Envelope:
    return Envelope(
        id=str(uuid4()),
        source="bookings",
        type="bookings.BookingExpired.v1",
        subject=subject,
        time=datetime.now(UTC),
        sequence=number,
        hotel="hotel-killarney",
        data={
            "booking_id": subject,
            "hotel": "hotel-killarney",
            "reason": "HOLD_RAN_OUT",
            "expired_at": "2026-01-01T00:00:00Z",
        },
        dataschema="urn:hotelmate:schema:bookings.BookingExpired.v1",
    )


@pytest.fixture
def channel(stack: Stack) -> Iterator[BlockingChannel]:
    connection = pika.BlockingConnection(parameters.parameters(stack.rabbit.amqp_url, "test"))
    channel = connection.channel()
    channel.confirm_delivery()
    yield channel
    connection.close()


def put(stack: Stack, channel: BlockingChannel, queue: str, event: Envelope) -> None:
    """Put an event into a queue, signed as the relay signs it."""
    channel.basic_publish("", queue, codec.encode(event), signed_properties(stack, event), mandatory=True)


def applied(stack: Stack, event: Envelope) -> str | None:
    with psycopg.connect(stack.stack_json["databases"]["rooms"]) as connection:
        row = connection.execute("SELECT outcome FROM inbox WHERE event_id = %s", [event.id]).fetchone()
    return row[0] if row else None


def test_importing_a_hotel_again_changes_nothing(command_line: Run) -> None:
    code, said = command_line("hotel", "import", str(HOTELS / "hotel-killarney.json"))

    assert code == 0, said
    assert "0 room types and 0 rooms added" in said


def test_a_property_that_makes_no_sense_is_refused_by_field(command_line: Run, tmp_path: Path) -> None:
    data = json.loads((HOTELS / "hotel-killarney.json").read_text()) | {"timezone": "Mars/Base"}
    file = tmp_path / "mars.json"
    file.write_text(json.dumps(data))

    code, said = command_line("hotel", "import", str(file))

    assert code == 1
    assert "timezone" in said
    assert "VALIDATION_ERROR" in said


def test_added_staff_may_sign_in_with_the_password_that_was_shown(command_line: Run, demo: DemoContext) -> None:
    email = f"new.{token_hex(3)}@hotel-killarney.example"
    adding = ("staff", "add", "--email", email, "--name", "New", "--hotel", demo.hotel, "--role", "front_desk")

    code, said = command_line(*adding)

    assert code == 0, said
    password = said.rpartition("password: ")[2].strip()
    visitor = ApiClient("staff", demo.addresses.gateway, SilentTranscript())
    assert visitor.call("POST", "/api/staff/login/", body={"email": email, "password": password}).body["token"]
    assert email in command_line("staff", "list", "--hotel", demo.hotel)[1]
    again, why = command_line(*adding)
    assert (again, "has an account already" in why) == (1, True)


@pytest.mark.parametrize(("command", "parameter"), NAMING, ids=lambda part: part)
def test_a_hotel_or_booking_that_does_not_exist_ends_the_command(
    command_line: Run, command: str, parameter: str
) -> None:
    code, said = command_line(*command.split(), *NAMING[command, parameter].split())

    assert code == 1, said
    assert UNKNOWN.search(said), said


def test_a_booking_of_another_hotel_is_not_reconciled(command_line: Run, paid: Callable[[], DemoBooking]) -> None:
    booking_id = paid().id

    code, said = command_line("reconcile", "--hotel", "hotel-kilkenny", "--booking", booking_id)

    assert (code, f"{booking_id} is no booking of hotel-kilkenny" in said) == (1, True), said


def test_the_clock_moves_everywhere_at_once(command_line: Run, demo: DemoContext) -> None:
    before = demo.now()

    code, said = command_line("clock", "advance", "1m")

    assert code == 0, said
    assert all(name in said for name in ("bookings", "payments", "rooms", "notifier", "stripe stand-in"))
    assert 60 <= (demo.now() - before).total_seconds() < 90


def test_an_idle_system_has_published_all_events(command_line: Run) -> None:
    def unpublished() -> list[str]:
        code, said = command_line("outbox")
        assert code == 0, said
        return [line.split()[1] for line in said.splitlines()[1:]]

    eventually("all outboxes are empty", unpublished, holds=lambda counts: counts == ["0"] * 4)


def test_payments_agree_with_the_provider(command_line: Run, paid: Callable[[], DemoBooking]) -> None:
    booking_id = paid().id

    code, said = command_line("reconcile", "--booking", booking_id)

    assert (code, "1 payments compared: 0 differences" in said) == (0, True), said
    assert command_line("webhooks", "list")[0] == 0


def test_a_message_that_is_no_event_is_parked_shown_and_dropped(command_line: Run, channel: BlockingChannel) -> None:
    name = token_hex(8)
    broken = pika.BasicProperties(message_id=name, delivery_mode=2)
    channel.basic_publish("", topology.partition("rooms", 0), b"{nonsense", broken, mandatory=True)

    eventually("it is parked", lambda: command_line("dlq", "list", "rooms")[1], holds=lambda said: name in said)
    code, output = command_line("dlq", "show", "rooms", name)
    assert (code, "{nonsense" in output) == (0, True)
    assert command_line("dlq", "drop", "rooms", name, "--yes")[0] == 0
    assert name not in command_line("dlq", "list", "rooms")[1]


def test_a_parked_event_is_replayed_and_applied(command_line: Run, stack: Stack, channel: BlockingChannel) -> None:
    event = an_event(f"BK-TEST-{token_hex(3)}", 1)
    put(stack, channel, topology.dead_letters("rooms"), event)
    assert event.id in command_line("dlq", "list", "rooms")[1]

    code, said = command_line("dlq", "replay", "rooms", event.id[:13])

    assert code == 0, said
    eventually("it is applied", lambda: applied(stack, event), holds=lambda outcome: outcome == "applied")
    assert event.id not in command_line("dlq", "list", "rooms")[1]


def test_a_parked_event_holds_back_its_subject_until_it_is_dropped(
    command_line: Run, stack: Stack, channel: BlockingChannel
) -> None:
    subject = f"BK-TEST-{token_hex(3)}"
    first, second, third = (an_event(subject, number) for number in (1, 2, 3))
    put(stack, channel, topology.dead_letters("rooms"), first)
    put(stack, channel, topology.dead_letters("rooms"), second)
    put(stack, channel, topology.partition("rooms", 0), third)

    refused, why = command_line("dlq", "drop", "rooms", second.id, "--yes")
    assert (refused, "is at 0" in why) == (1, True)
    assert command_line("dlq", "drop", "rooms", first.id, "--yes")[0] == 0
    assert applied(stack, third) is None
    assert command_line("dlq", "drop", "rooms", second.id, "--yes")[0] == 0

    eventually("the third is applied", lambda: applied(stack, third), holds=lambda outcome: outcome == "applied")
    assert applied(stack, first) == applied(stack, second) == "dropped"
