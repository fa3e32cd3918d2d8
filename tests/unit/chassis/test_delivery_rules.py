"""Rules of delivery: delayed and parked events, and the rows that a relay may publish."""

import time
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pika
import pytest

from chassis import codec
from chassis.jobs.backoff import LONGEST_DELAY, backoff
from chassis.messaging import event_protocol, topology
from chassis.messaging.acknowledgement import EARLY_FOR, EventDelivery, acknowledge
from chassis.messaging.event_dispatcher import APPLIED, DispatchResult, Disposition
from chassis.messaging.keys import Keyring
from chassis.messaging.outbox import OutboxRow, publishable
from chassis.observability import trace
from chassis.refusal import NoAnswer, Unavailable
from contracts.message import Envelope


class Channel:
    """A channel that records its calls."""

    def __init__(self) -> None:
        self.published: list[tuple[str, str, dict[str, Any]]] = []
        self.acked: list[int] = []

    def basic_publish(self, exchange: str, key: str, _: bytes, properties: Any, *, mandatory: bool) -> None:
        assert mandatory
        self.published.append((exchange, key, dict(properties.headers)))

    def basic_ack(self, tag: int, *, multiple: bool) -> None:
        assert multiple
        self.acked.append(tag)


def row(position: int, subject: str = "BK-1", *, waits: bool = False) -> OutboxRow:
    event = Envelope(
        id=str(uuid4()), source="bookings", type="bookings.BookingHeld.v1", subject=subject, hotel="h", data={},
        time=datetime(2026, 1, 1, tzinfo=UTC), sequence=position, dataschema="urn:hotelmate:schema:test",
    )  # fmt: skip
    return OutboxRow(position, waits, event)


def delivery(headers: dict[str, Any] | None = None) -> EventDelivery:
    body = codec.encode(row(1).event)
    return EventDelivery.received(7, pika.BasicProperties(message_id="m", headers=headers), body, Keyring("rooms"))


def acknowledged(received: EventDelivery, outcome: DispatchResult) -> Channel:
    channel = Channel()
    acknowledge("rooms", channel, channel, [received], [outcome])
    return channel


def test_an_applied_event_is_only_acknowledged() -> None:
    channel = acknowledged(delivery(), APPLIED)

    assert (channel.published, channel.acked) == ([], [7])


def test_each_failed_attempt_waits_longer() -> None:
    def retried(attempts: int) -> tuple[str, str]:
        headers = {event_protocol.ATTEMPT: attempts} if attempts else None
        return acknowledged(delivery(headers), DispatchResult(Disposition.FAILED, "why")).published[0][:2]

    assert [retried(attempts) for attempts in range(4)] == [("rooms.retry", str(ms)) for ms in topology.DELAYS_MS[1:]]


def test_the_fifth_failure_is_parked_with_its_cause() -> None:
    channel = acknowledged(delivery({event_protocol.ATTEMPT: 4}), DispatchResult(Disposition.FAILED, "why"))

    ((exchange, key, headers),) = channel.published
    assert (exchange, key, headers[event_protocol.ERROR]) == ("rooms.dead", "", "why")


def test_an_early_delivery_counts_as_no_attempt() -> None:
    channel = acknowledged(delivery({event_protocol.ATTEMPT: 4}), DispatchResult(Disposition.TOO_EARLY, "gap"))

    assert channel.published[0][:2] == ("rooms.retry", str(topology.DELAYS_MS[0]))
    assert channel.published[0][2][event_protocol.ATTEMPT] == 4


@pytest.mark.parametrize(("waited", "pause"), [(0, 200), (5, 1_000), (30, 5_000), (300, 30_000), (3_600, 120_000)])
def test_an_early_event_is_delayed_in_proportion_to_its_wait(waited: int, pause: int) -> None:
    since = {event_protocol.EARLY_SINCE: int(time.time()) - waited}

    channel = acknowledged(delivery(since), DispatchResult(Disposition.TOO_EARLY, "gap"))

    assert channel.published[0][:2] == ("rooms.retry", str(pause))


def test_an_event_that_is_early_for_a_day_is_parked() -> None:
    since = int(time.time()) - EARLY_FOR - 1
    channel = acknowledged(delivery({event_protocol.EARLY_SINCE: since}), DispatchResult(Disposition.TOO_EARLY, "gap"))

    assert channel.published[0][0] == topology.dead("rooms")


def test_an_unreadable_event_is_parked_at_once() -> None:
    unreadable = EventDelivery.received(7, pika.BasicProperties(), b"{", Keyring("rooms"))

    assert acknowledged(unreadable, unreadable.refused).published[0][0] == topology.dead("rooms")


def test_a_row_that_waits_holds_back_its_subject_only() -> None:
    rows = [row(1, "a", waits=True), row(2, "b"), row(3, "a")]

    assert [ready.event.subject for ready in publishable(rows)] == ["b"]


def test_an_envelope_survives_the_wire() -> None:
    sent = row(3).event

    assert event_protocol.read_envelope(codec.encode(sent)) == sent


def test_the_backoff_doubles_up_to_a_minute() -> None:
    assert all(0.25 * 2**n <= backoff(n) <= 0.5 * 2**n for n in range(7))
    assert LONGEST_DELAY / 2 <= backoff(50) <= LONGEST_DELAY


def test_a_job_without_an_answer_of_our_own_waits_for_seconds_only() -> None:
    """What waits in an outage of the broker is done soon after it, however long the outage was."""
    assert all(backoff(n, NoAnswer("rooms did not answer")) <= 8.0 for n in range(50))
    assert all(backoff(50, problem) > 8.0 for problem in (Unavailable("Stripe is down"), ConnectionError()))


@pytest.mark.parametrize("bad", [None, "", "00-" + "0" * 32 + "-" + "1" * 16 + "-01", "nonsense"])
def test_a_bad_traceparent_begins_a_new_trace(bad: str | None) -> None:
    assert len(trace.trace_id(trace.started(bad))) == 32


def test_a_followed_trace_keeps_its_id_with_a_new_span() -> None:
    first = trace.started()

    with trace.following(first) as second:
        assert trace.trace_id(second) == trace.trace_id(first)
        assert second != first
