"""Pushes reach the push provider at least once, in order, under the event's id."""

from datetime import timedelta

import pytest

from contracts.bookings.events import BookingHeld
from contracts.bookings.status import BookingStatus
from contracts.bookings.stays import GuestCheckedIn, RoomAssigned
from contracts.message import Envelope
from contracts.rooms.events import InventoryHeld
from sandbox.pusher.stand_in import PusherStandIn
from services.notifier.domain.jobs import PushNotice
from services.notifier.handlers import pushes
from tests.interface.notifier.conftest import Notifier
from tests.unit.notifier.samples import BOOKING, HOTEL, envelope_of, sample

CHANNEL = f"private-booking-{BOOKING}"


def held(sequence: int = 1) -> Envelope:
    return envelope_of(sample(BookingHeld, status=BookingStatus.PENDING_PAYMENT), sequence=sequence)


def assigned(sequence: int) -> Envelope:
    return envelope_of(sample(RoomAssigned), sequence=sequence)


def sequences(pusher: PusherStandIn, channel: str = CHANNEL) -> list[int]:
    """The sequences in the order in which the channel received them, repetitions folded."""
    numbers = [event["data"]["sequence"] for event in pusher.events(channel=channel)]
    return [number for index, number in enumerate(numbers) if index == 0 or numbers[index - 1] != number]


def test_an_event_delivered_twice_is_pushed_once_under_its_id(notifier: Notifier, pusher: PusherStandIn) -> None:
    envelope = held()
    notifier.deliver(envelope)
    notifier.deliver(envelope)

    notifier.run("PushNotice")

    events = pusher.events(channel=CHANNEL)
    assert [event["event"] for event in events] == [
        "booking_created", "booking_status_changed", "booking-updated", "booking_updated"
    ]  # fmt: skip
    assert {event["data"]["event_id"] for event in events} == {envelope.id}
    assert notifier.sql("SELECT status FROM notice WHERE medium = 'push'") == [("SENT",)]


def test_a_push_whose_reply_is_lost_is_repeated_under_the_same_id(notifier: Notifier, pusher: PusherStandIn) -> None:
    envelope = held()
    notifier.deliver(envelope)
    pusher.fault("fail_after", status=500)

    notifier.run("PushNotice")
    notifier.make_jobs_due()
    notifier.run("PushNotice")

    events = pusher.events(channel=CHANNEL, event="booking_created")
    assert [event["data"]["event_id"] for event in events] == [envelope.id, envelope.id]


@pytest.mark.parametrize("mode", ["fail_before", "drop_connection"])
def test_pushes_of_an_outage_are_sent_in_order_when_the_provider_is_back(
    notifier: Notifier, pusher: PusherStandIn, mode: str
) -> None:
    pusher.fault(mode, status=503, times=None)
    notifier.deliver(held(1), assigned(2), assigned(3))
    notifier.run("PushNotice")
    assert pusher.events() == []
    assert notifier.sql("SELECT DISTINCT status FROM notice WHERE medium = 'push'") == [("PENDING",)]

    pusher.reset()
    notifier.deliver(assigned(4))
    notifier.make_jobs_due()
    notifier.run("PushNotice")

    assert sequences(pusher) == [1, 2, 3, 4]
    assert notifier.sql("SELECT DISTINCT status FROM notice WHERE medium = 'push'") == [("SENT",)]


def test_a_push_that_the_provider_refuses_is_given_up_at_once_and_alone(
    notifier: Notifier, pusher: PusherStandIn
) -> None:
    notifier.deliver(held(1), assigned(2))
    pusher.fault("fail_before", status=413)

    notifier.run("PushNotice")

    assert sequences(pusher) == [2]
    rows = notifier.sql("SELECT sequence, status, reason FROM notice WHERE medium = 'push' ORDER BY sequence")
    assert rows == [(1, "GAVE_UP", "PUSH_413"), (2, "SENT", "")]
    ((event,),) = notifier.sql("SELECT data FROM outbox WHERE type = 'notifier.NoticeGaveUp.v1'")
    assert (event["occasion"], event["medium"], event["reason_code"]) == (
        "booking_created", "push", "PUSH_413"
    )  # fmt: skip


def test_a_given_up_push_is_pushed_to_staff_and_a_given_up_push_about_that_is_not(
    notifier: Notifier, pusher: PusherStandIn
) -> None:
    notifier.deliver(held())
    pusher.fault("fail_before", status=400)
    notifier.run("PushNotice")
    ((row,),) = notifier.sql("SELECT to_jsonb(t) FROM outbox t WHERE type = 'notifier.NoticeGaveUp.v1'")
    envelope = Envelope(
        id=row["id"], source="notifier", type=row["type"], subject=row["subject"], time=row["time"], sequence=1,
        hotel=row["hotel"], data=row["data"], dataschema="",
    )  # fmt: skip
    notifier.deliver(envelope)
    pusher.fault("fail_before", status=400)

    notifier.run("PushNotice")

    assert notifier.sql("SELECT status FROM notice WHERE occasion = 'notice_gave_up'") == [("GAVE_UP",)]
    assert notifier.sql("SELECT count(*) FROM outbox") == [(1,)]


def test_a_push_that_fails_for_hours_is_given_up(notifier: Notifier, pusher: PusherStandIn) -> None:
    notifier.deliver(held())
    pusher.fault("fail_before", status=500, times=None)
    notifier.run("PushNotice")
    assert notifier.sql("SELECT status FROM notice WHERE medium = 'push'") == [("PENDING",)]

    notifier.age_jobs()
    notifier.run("PushNotice")

    assert notifier.sql("SELECT status, reason FROM notice WHERE medium = 'push'") == [("GAVE_UP", "PUSH_500")]


class ProcessDied(BaseException):
    """Raised where a process is killed."""


def _die_after(notifier: Notifier, monkeypatch: pytest.MonkeyPatch, calls: int) -> None:
    """Kills the process right after so many pushes, before the next is stored; then runs the jobs again."""
    send = notifier.unit_of_work.dependencies.push.send
    remaining = [calls]

    def dying(messages: object) -> None:
        send(messages)
        remaining[0] -= 1
        if not remaining[0]:
            raise ProcessDied

    monkeypatch.setattr(notifier.unit_of_work.dependencies.push, "send", dying)
    with pytest.raises(ProcessDied):
        notifier.run("PushNotice")
    monkeypatch.setattr(notifier.unit_of_work.dependencies.push, "send", send)
    notifier.make_jobs_due()
    notifier.run("PushNotice")


def test_after_a_crash_no_older_push_follows_a_newer_one(
    notifier: Notifier, pusher: PusherStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    notifier.deliver(held(1), assigned(2), assigned(3))

    _die_after(notifier, monkeypatch, 2)

    assert sequences(pusher) == [1, 2, 3]


def test_without_storing_the_first_push_a_crash_would_repeat_it_behind_the_second(
    notifier: Notifier, pusher: PusherStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pushes, "_store_sent", lambda unnoted, conversation: None)
    notifier.deliver(held(1), assigned(2), assigned(3))

    _die_after(notifier, monkeypatch, 2)

    assert sequences(pusher) == [1, 2, 1, 2, 3]


def test_a_push_with_more_than_ten_messages_arrives_complete(notifier: Notifier, pusher: PusherStandIn) -> None:
    notifier.unit_of_work.dependencies.settings.legacy_channels = True
    changed = {"status": BookingStatus.IN_HOUSE, "previous_status": BookingStatus.CONFIRMED}
    notifier.deliver(envelope_of(sample(GuestCheckedIn, **changed)))

    notifier.run("PushNotice")

    pairs = {(event["channel"], event["event"]) for event in pusher.events()}
    assert len(pairs) == len(pusher.events()) == 29
    assert (f"booking.{BOOKING}", "booking_checked_in") in pairs
    assert (f"hotel-{HOTEL}", "booking-checked-in") in pairs


def test_availability_changes_of_one_second_are_pushed_once(notifier: Notifier, pusher: PusherStandIn) -> None:
    changes = [envelope_of(sample(InventoryHeld, booking_id=f"BK-2027-AAAA0{number}")) for number in range(5)]
    notifier.deliver(*changes)
    assert notifier.run("PushAvailability") == 0

    notifier.make_jobs_due()
    notifier.run("PushAvailability")

    assert len(pusher.events(channel=f"hotel-{HOTEL}-public", event="availability_changed")) == 1
    assert notifier.sql("SELECT occasion, status FROM notice") == [("availability_changed", "SENT")]


def test_after_an_outage_availability_is_pushed_once_per_hotel(
    notifier: Notifier, pusher: PusherStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = notifier.unit_of_work.now
    for second in (-30, -20, -10):
        earlier = timedelta(seconds=second)
        monkeypatch.setattr(notifier.unit_of_work, "now", lambda by=earlier: now() + by)
        notifier.deliver(envelope_of(sample(InventoryHeld, booking_id=f"BK-2027-AAAA{-second}")))
    monkeypatch.setattr(notifier.unit_of_work, "now", now)

    notifier.run("PushAvailability")

    (event,) = pusher.events(event="availability_changed")
    assert [event["data"]["sequence"]] == [row[0] for row in notifier.sql("SELECT max(sequence) FROM notice")]
    assert notifier.sql("SELECT status, count(*) FROM notice GROUP BY status") == [("SENT", 3)]


def test_an_availability_push_that_comes_after_a_later_one_is_not_sent(
    notifier: Notifier, pusher: PusherStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = notifier.unit_of_work.now
    for second in (-10, -20):  # the later second is committed, and pushed, first
        earlier = timedelta(seconds=second)
        monkeypatch.setattr(notifier.unit_of_work, "now", lambda by=earlier: now() + by)
        notifier.deliver(envelope_of(sample(InventoryHeld, booking_id=f"BK-2027-AAAA{-second}")))
        monkeypatch.setattr(notifier.unit_of_work, "now", now)
        notifier.run("PushAvailability")

    assert len(pusher.events(event="availability_changed")) == 1
    assert notifier.sql("SELECT status, count(*) FROM notice GROUP BY status") == [("SENT", 2)]


def test_a_push_asks_no_other_service(notifier: Notifier) -> None:
    notifier.deliver(held())

    notifier.run("PushNotice")

    assert notifier.sent_asks == []


def test_a_push_is_read_from_the_job_table_unchanged(notifier: Notifier) -> None:
    envelope = held()
    notifier.deliver(envelope)

    due = notifier.jobs["PushNotice"].claim()

    (push,) = [job.payload for job in due]
    assert isinstance(push, PushNotice)
    assert all(message.data["event_id"] == envelope.id for message in push.messages({}))
