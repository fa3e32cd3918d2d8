"""Whatever the push provider does, screens get every fact in order, and nobody waits for it."""

import json
import random
import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise
from typing import Any

import pytest

from chassis.messaging.event_dispatcher import Disposition
from contracts import bookings, rooms
from contracts.message import Envelope
from sandbox.pusher.stand_in import PusherStandIn
from services.notifier import pusher_gateway
from services.notifier.handlers import pushing
from services.notifier.work import make_tools
from tests.interface.notifier.conftest import Notifier
from tests.unit.notifier.samples import BOOKING, HOTEL, heard, sample

OTHERS = ("BK-2027-AAAA22", "BK-2027-BBBB33")
EVENTS = (bookings.RoomAssigned, bookings.RoomMoved, bookings.BookingApproved)


class ProcessDied(BaseException):
    """What a kill looks like from inside."""


def story(booking_id: str, length: int = 8) -> list[Envelope]:
    """So many facts about a booking, numbered from 1."""
    kinds = (EVENTS[number % len(EVENTS)] for number in range(length))
    return [heard(sample(kind, booking_id=booking_id), sequence=number) for number, kind in enumerate(kinds, start=1)]


def by_channel(pusher: PusherStandIn) -> dict[tuple[str, str, str], list[dict[str, Any]]]:
    """What each channel got under each name about each booking, in the order in which it got it."""
    got: dict[tuple[str, str, str], list[dict[str, Any]]] = defaultdict(list)
    for event in pusher.events():
        got[event["channel"], event["event"], event["data"]["subject"]].append(event["data"])
    return got


def in_order(pusher: PusherStandIn) -> bool:
    """Whether no channel was told anything older than it had been told already."""
    told = by_channel(pusher).values()
    return all(now["sequence"] >= before["sequence"] for got in told for before, now in pairwise(got))


def deliver(notifier: Notifier, envelopes: Sequence[Envelope], rng: random.Random) -> None:
    """As a broker may: each at least once, late and early; what comes too early comes back."""
    waiting = [*envelopes, *rng.sample(list(envelopes), 8)]
    rng.shuffle(waiting)
    while waiting:
        fates = [(each, notifier.event_dispatcher.apply([each])[0].disposition) for each in waiting]
        assert {fate for _, fate in fates} <= {Disposition.APPLIED, Disposition.TOO_EARLY}
        waiting = [each for each, fate in fates if fate is Disposition.TOO_EARLY]


def push_with_trouble(notifier: Notifier, pusher: PusherStandIn, rng: random.Random) -> None:
    """Faults at the provider and deaths of ours between a call and the note of it, until everything is out."""
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
        notifier.wait_over()
        if notifier.sql("SELECT count(*) FROM notice WHERE status = 'PENDING'") == [(0,)]:
            return
    raise AssertionError("the notices do not go out")


@pytest.mark.parametrize("seed", range(4))
def test_redelivered_late_and_through_faults_and_crashes_every_fact_arrives_in_order(
    notifier: Notifier, pusher: PusherStandIn, seed: int
) -> None:
    rng = random.Random(seed)
    facts = [fact for booking_id in (BOOKING, *OTHERS) for fact in story(booking_id)]

    deliver(notifier, facts, rng)
    push_with_trouble(notifier, pusher, rng)

    assert in_order(pusher)
    told = {
        (data["subject"], data["sequence"], data["event_id"]) for got in by_channel(pusher).values() for data in got
    }
    assert told == {(fact.subject, fact.sequence, fact.id) for fact in facts}
    assert notifier.sql("SELECT status, count(*) FROM notice GROUP BY status") == [("SENT", len(facts))]


def test_without_the_note_between_two_facts_the_same_trouble_would_break_the_order(
    notifier: Notifier, pusher: PusherStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pushing, "_note_sent", lambda unnoted, conversation: unnoted.clear())
    broken = []
    for seed in range(4):
        rng = random.Random(seed)
        notifier.sql("TRUNCATE notice, job, outbox, inbox, inbox_position, stream")
        pusher.reset()
        notifier.unit_of_work.dependencies = make_tools(notifier.unit_of_work.dependencies.settings)
        deliver(notifier, story(BOOKING), rng)
        push_with_trouble(notifier, pusher, rng)
        broken.append(not in_order(pusher))

    assert any(broken)


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch, notifier: Notifier) -> None:
    """A notifier that waits for the provider a fifth of a second."""
    monkeypatch.setattr(pusher_gateway, "TIMEOUT", 0.2)
    notifier.unit_of_work.dependencies = make_tools(notifier.unit_of_work.dependencies.settings)


@pytest.mark.usefixtures("_impatient")
def test_a_call_that_the_provider_acts_upon_too_late_only_repeats_what_was_told(
    notifier: Notifier, pusher: PusherStandIn
) -> None:
    facts = story(BOOKING, length=3)
    notifier.hear(*facts)
    pusher.fault("delay", seconds=0.8)

    notifier.run("PushNotice")
    assert notifier.sql("SELECT DISTINCT last_error FROM job") == [("RetryLater: PUSH_UNREACHABLE",)]
    notifier.wait_over()
    notifier.run("PushNotice")
    pusher.wait_for(channel=f"private-booking-{BOOKING}", event="room_assigned", count=2, timeout=3)

    got = [event["data"]["event_id"] for event in pusher.events(channel=f"private-hotel-{HOTEL}")]
    assert list(dict.fromkeys(got)) == [fact.id for fact in facts]


def test_a_slow_provider_is_left_for_the_next_round_before_anyone_thinks_us_dead(
    notifier: Notifier, pusher: PusherStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pushing, "BUSY_FOR", 0.3)
    notifier.hear(*story(BOOKING, length=8))
    pusher.fault("delay", seconds=0.2, times=3)

    began = time.monotonic()
    notifier.run("PushNotice")

    assert time.monotonic() - began < 2
    assert ("RetryLater: PUSH_SLOW",) in notifier.sql("SELECT DISTINCT last_error FROM job")
    notifier.wait_over()
    notifier.run("PushNotice")
    assert in_order(pusher)
    assert notifier.sql("SELECT DISTINCT status FROM notice") == [("SENT",)]


def test_minutes_of_outage_give_nothing_up_and_each_wait_is_longer(notifier: Notifier, pusher: PusherStandIn) -> None:
    notifier.hear(*story(BOOKING))
    pusher.fault("fail_before", status=503, times=None)
    waits = []
    for _ in range(8):
        notifier.run("PushNotice")
        ((wait,),) = notifier.sql("SELECT extract(epoch FROM max(try_at) - now()) FROM job")
        waits.append(float(wait))
        notifier.wait_over()
    notifier.sql("UPDATE job SET created_at = created_at - interval '5 hours'")
    notifier.run("PushNotice")

    assert notifier.sql("SELECT DISTINCT status FROM notice") == [("PENDING",)]
    assert all(0 < wait <= 60 for wait in waits)
    assert waits[0] < 2
    assert waits[-1] > 15

    pusher.reset()
    notifier.wait_over()
    notifier.run("PushNotice")
    assert in_order(pusher)
    assert notifier.sql("SELECT DISTINCT status FROM notice") == [("SENT",)]


def test_no_call_breaks_the_providers_limits(
    notifier: Notifier, monkeypatch: pytest.MonkeyPatch, pusher: PusherStandIn
) -> None:
    calls: list[list[dict[str, str]]] = []
    told = pusher_gateway.PusherGateway._told
    monkeypatch.setattr(
        pusher_gateway.PusherGateway, "_told", lambda self, batch: (calls.append(batch), told(self, batch))[1]
    )
    notifier.unit_of_work.dependencies.settings.legacy_channels = True
    notifier.hear(
        heard(sample(rooms.HotelSettingsChanged, fields=tuple(f"{'f' * 60}{number}" for number in range(60)))),
        *story(BOOKING),
    )

    notifier.run("PushNotice")

    assert max(len(batch) for batch in calls) == 10
    assert all(len(event["data"].encode()) <= 10_240 for batch in calls for event in batch)
    assert all(isinstance(event["channel"], str) for batch in calls for event in batch)  # one each; 100 are allowed
    assert all(json.loads(event["data"])["event_id"] for batch in calls for event in batch)
