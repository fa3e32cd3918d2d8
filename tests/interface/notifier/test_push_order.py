"""Pushes stay complete and in order through every fault of the push provider."""

import json
import random
import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from chassis.messaging.event_dispatcher import Disposition
from chassis.transactions.conversation import JobConversation
from chassis.transactions.unit_of_work import SYSTEM_CONTEXT
from contracts.bookings.approval import BookingApproved
from contracts.bookings.stays import RoomAssigned, RoomMoved
from contracts.message import Envelope
from contracts.rooms.events import HotelSettingsChanged
from sandbox.pusher.stand_in import PusherStandIn
from services.notifier import pusher_gateway
from services.notifier.handlers import pushes
from services.notifier.work import dependencies
from tests.interface.notifier.conftest import Notifier
from tests.unit.notifier.samples import BOOKING, HOTEL, envelope_of, sample

OTHERS = ("BK-2027-AAAA22", "BK-2027-BBBB33")
EVENTS = (RoomAssigned, RoomMoved, BookingApproved)


class ProcessDied(BaseException):
    """Raised where a process is killed."""


def envelopes_of(booking_id: str, length: int = 8) -> list[Envelope]:
    """So many events of a booking, numbered from 1."""
    kinds = (EVENTS[number % len(EVENTS)] for number in range(length))
    return [
        envelope_of(sample(kind, booking_id=booking_id), sequence=number) for number, kind in enumerate(kinds, start=1)
    ]


def by_channel(pusher: PusherStandIn) -> dict[tuple[str, str, str], list[dict[str, Any]]]:
    """The payloads per channel, event name and subject, in the order in which the provider received them."""
    payloads: dict[tuple[str, str, str], list[dict[str, Any]]] = defaultdict(list)
    for event in pusher.events():
        payloads[event["channel"], event["event"], event["data"]["subject"]].append(event["data"])
    return payloads


def in_order(pusher: PusherStandIn) -> bool:
    """Whether no channel received a push with a lower sequence than one before."""
    received = by_channel(pusher).values()
    return all(now["sequence"] >= before["sequence"] for payloads in received for before, now in pairwise(payloads))


def deliver(notifier: Notifier, envelopes: Sequence[Envelope], rng: random.Random) -> None:
    """Deliver as a broker may: each event at least once, in any order; one that is too early is delivered again."""
    waiting = [*envelopes, *rng.sample(list(envelopes), 8)]
    rng.shuffle(waiting)
    while waiting:
        dispositions = [(each, notifier.event_dispatcher.apply([each])[0].disposition) for each in waiting]
        assert {disposition for _, disposition in dispositions} <= {Disposition.APPLIED, Disposition.TOO_EARLY}
        waiting = [each for each, disposition in dispositions if disposition is Disposition.TOO_EARLY]


def push_through_faults(notifier: Notifier, pusher: PusherStandIn, rng: random.Random) -> None:
    """Run the push jobs with faults at the provider and kills between a call and its storing, until all are sent."""
    send = notifier.unit_of_work.dependencies.push.send

    def dying(messages: Sequence[Any]) -> None:
        send(messages)
        if rng.random() < 0.15:
            raise ProcessDied

    notifier.unit_of_work.dependencies.push.send = dying
    for _ in range(80):
        if rng.random() < 0.5:
            mode = rng.choice(("fail_before", "fail_after", "drop_connection"))
            pusher.fault(mode, status=rng.choice((500, 502, 503)))
        with suppress(ProcessDied):
            notifier.run("PushNotice")
        notifier.make_jobs_due()
        if notifier.sql("SELECT count(*) FROM notice WHERE status = 'PENDING'") == [(0,)]:
            return
    raise AssertionError("the notices are not sent")


@pytest.mark.parametrize("seed", range(4))
def test_every_event_is_pushed_in_order_through_redelivery_faults_and_crashes(
    notifier: Notifier, pusher: PusherStandIn, seed: int
) -> None:
    rng = random.Random(seed)
    envelopes = [envelope for booking_id in (BOOKING, *OTHERS) for envelope in envelopes_of(booking_id)]

    deliver(notifier, envelopes, rng)
    push_through_faults(notifier, pusher, rng)

    assert in_order(pusher)
    received = {
        (data["subject"], data["sequence"], data["event_id"])
        for payloads in by_channel(pusher).values()
        for data in payloads
    }
    assert received == {(envelope.subject, envelope.sequence, envelope.id) for envelope in envelopes}
    assert notifier.sql("SELECT status, count(*) FROM notice GROUP BY status") == [("SENT", len(envelopes))]


def test_without_storing_each_push_before_the_next_the_same_faults_would_break_the_order(
    notifier: Notifier, pusher: PusherStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pushes, "_store_sent", lambda unstored, conversation: unstored.clear())
    broken = []
    for seed in range(4):
        rng = random.Random(seed)
        notifier.sql("TRUNCATE notice, job, outbox, inbox, inbox_position, stream")
        pusher.reset()
        notifier.unit_of_work.dependencies = dependencies(notifier.unit_of_work.dependencies.settings)
        deliver(notifier, envelopes_of(BOOKING), rng)
        push_through_faults(notifier, pusher, rng)
        broken.append(not in_order(pusher))

    assert any(broken)


@pytest.fixture
def _short_timeout(monkeypatch: pytest.MonkeyPatch, notifier: Notifier) -> None:
    """A notifier whose calls to the provider time out after 0.2 seconds."""
    monkeypatch.setattr(pusher_gateway, "TIMEOUT", 0.2)
    notifier.unit_of_work.dependencies = dependencies(notifier.unit_of_work.dependencies.settings)


@pytest.mark.usefixtures("_short_timeout")
def test_a_call_that_times_out_and_succeeds_later_only_repeats_pushes(
    notifier: Notifier, pusher: PusherStandIn
) -> None:
    envelopes = envelopes_of(BOOKING, length=3)
    notifier.deliver(*envelopes)
    pusher.fault("delay", seconds=0.8)

    notifier.run("PushNotice")
    assert notifier.sql("SELECT DISTINCT last_error FROM job") == [("RetryLater: PUSH_UNREACHABLE",)]
    notifier.make_jobs_due()
    notifier.run("PushNotice")
    pusher.wait_for(channel=f"private-booking-{BOOKING}", event="room_assigned", count=2, timeout=3)

    event_ids = [event["data"]["event_id"] for event in pusher.events(channel=f"private-hotel-{HOTEL}")]
    assert list(dict.fromkeys(event_ids)) == [envelope.id for envelope in envelopes]


@pytest.mark.usefixtures("_short_timeout")
def test_the_late_answer_to_a_call_is_not_the_answer_to_the_next_call(
    notifier: Notifier, pusher: PusherStandIn
) -> None:
    notifier.deliver(*envelopes_of(BOOKING, length=1), *envelopes_of(OTHERS[0], length=1))
    pusher.fault("delay", seconds=0.4)
    pusher.fault("fail_before", status=413)

    notifier.jobs["PushNotice"].run(notifier.jobs["PushNotice"].claim())

    statuses = notifier.sql("SELECT booking_id, status, reason FROM notice ORDER BY sequence, booking_id DESC")
    assert statuses == [(BOOKING, "PENDING", ""), (OTHERS[0], "GAVE_UP", "PUSH_413")]


def test_pushes_to_a_slow_provider_are_left_for_the_next_round_before_the_lease_ends(
    notifier: Notifier, pusher: PusherStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pushes, "SEND_SECONDS", 0.3)
    notifier.deliver(*envelopes_of(BOOKING, length=8))
    pusher.fault("delay", seconds=0.2, times=3)

    began = time.monotonic()
    notifier.run("PushNotice")

    assert time.monotonic() - began < 2
    assert ("RetryLater: PUSH_SLOW",) in notifier.sql("SELECT DISTINCT last_error FROM job")
    monkeypatch.undo()
    notifier.make_jobs_due()
    notifier.run("PushNotice")
    assert in_order(pusher)
    assert notifier.sql("SELECT DISTINCT status FROM notice") == [("SENT",)]


def test_an_outage_of_hours_gives_up_no_push_and_the_pauses_grow(notifier: Notifier, pusher: PusherStandIn) -> None:
    notifier.deliver(*envelopes_of(BOOKING))
    pusher.fault("fail_before", status=503, times=None)
    waits = []
    for _ in range(8):
        notifier.run("PushNotice")
        ((wait,),) = notifier.sql("SELECT extract(epoch FROM max(try_at) - now()) FROM job")
        waits.append(float(wait))
        notifier.make_jobs_due()
    notifier.sql("UPDATE job SET created_at = created_at - interval '5 hours'")
    notifier.run("PushNotice")

    assert notifier.sql("SELECT DISTINCT status FROM notice") == [("PENDING",)]
    assert all(0 < wait <= 60 for wait in waits)
    assert waits[0] < 2
    assert waits[-1] > 15

    pusher.reset()
    notifier.make_jobs_due()
    notifier.run("PushNotice")
    assert in_order(pusher)
    assert notifier.sql("SELECT DISTINCT status FROM notice") == [("SENT",)]


def test_no_call_breaks_the_providers_limits(
    notifier: Notifier, monkeypatch: pytest.MonkeyPatch, pusher: PusherStandIn
) -> None:
    calls: list[list[dict[str, str]]] = []
    trigger = pusher_gateway.PusherGateway._trigger

    def recorded(self: pusher_gateway.PusherGateway, batch: list[dict[str, str]]) -> None:
        calls.append(batch)
        trigger(self, batch)

    monkeypatch.setattr(pusher_gateway.PusherGateway, "_trigger", recorded)
    notifier.unit_of_work.dependencies.settings.legacy_channels = True
    notifier.deliver(
        envelope_of(sample(HotelSettingsChanged, fields=tuple(f"{'f' * 60}{number}" for number in range(60)))),
        *envelopes_of(BOOKING),
    )

    notifier.run("PushNotice")

    assert max(len(batch) for batch in calls) == 10
    assert all(len(event["data"].encode()) <= 10_240 for batch in calls for event in batch)
    assert all(isinstance(event["channel"], str) for batch in calls for event in batch)  # one each; 100 are allowed
    assert all(json.loads(event["data"])["event_id"] for batch in calls for event in batch)


def sent_after_a_death(notifier: Notifier) -> int:
    """How often a push is sent, of two, where a process sends and stores the first one and then dies."""
    send = notifier.unit_of_work.dependencies.push.send
    sent: list[Any] = []

    def dying(messages: Sequence[Any]) -> None:
        sent.append(messages)
        if len(sent) == 2:
            raise ProcessDied
        send(messages)

    notifier.deliver(*envelopes_of(BOOKING, length=2))
    notifier.unit_of_work.dependencies.push.send = dying
    with suppress(ProcessDied):
        notifier.run("PushNotice")
    assert notifier.sql("SELECT status FROM notice ORDER BY sequence") == [("SENT",), ("PENDING",)]
    notifier.make_jobs_due()
    notifier.run("PushNotice")
    assert notifier.sql("SELECT DISTINCT status FROM notice") == [("SENT",)]
    return len(sent)


def test_a_push_that_was_stored_as_sent_is_not_sent_again(notifier: Notifier) -> None:
    assert sent_after_a_death(notifier) == 3  # the second one twice


def test_without_the_look_at_what_an_earlier_lease_sent_it_would_be(
    notifier: Notifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(JobConversation, "leased_elsewhere", lambda *_, **__: [])

    assert sent_after_a_death(notifier) == 4


@pytest.mark.parametrize(("seconds_ago", "doubtful"), [(0, False), (4.9, False), (5.1, True)])
def test_a_run_doubts_a_lease_that_may_end_before_its_last_send(
    notifier: Notifier, seconds_ago: float, doubtful: bool
) -> None:
    notifier.deliver(*envelopes_of(BOOKING, length=1))
    [leased] = notifier.jobs["PushNotice"].claim()
    claimed_at = time.monotonic() - seconds_ago
    conversation: JobConversation[Any] = JobConversation(
        notifier.unit_of_work, notifier.ask, SYSTEM_CONTEXT, leased=[replace(leased, claimed_at=claimed_at)]
    )

    until = time.monotonic() + pushes.SEND_SECONDS
    assert bool(conversation.leased_elsewhere([leased.payload], until=until)) is doubtful
