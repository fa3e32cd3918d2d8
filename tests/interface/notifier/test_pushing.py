"""Facts reach the push provider: at least once, in order, under one id."""

from datetime import timedelta

import pytest

from contracts import bookings, rooms
from contracts.bookings import BookingStatus
from contracts.message import Envelope
from sandbox.pusher.stand_in import PusherStandIn
from services.notifier.domain import PushNotice
from services.notifier.handlers import pushing
from tests.interface.notifier.conftest import Notifier
from tests.unit.notifier.samples import BOOKING, HOTEL, heard, sample

CHANNEL = f"private-booking-{BOOKING}"


def held(sequence: int = 1) -> Envelope:
    return heard(sample(bookings.BookingHeld, status=BookingStatus.PENDING_PAYMENT), sequence=sequence)


def assigned(sequence: int) -> Envelope:
    return heard(sample(bookings.RoomAssigned), sequence=sequence)


def sequences(pusher: PusherStandIn, channel: str = CHANNEL) -> list[int]:
    """The facts as the channel got them, repetitions of one folded."""
    told = [event["data"]["sequence"] for event in pusher.events(channel=channel)]
    return [number for index, number in enumerate(told) if index == 0 or told[index - 1] != number]


def test_a_fact_heard_twice_is_told_once_under_its_id(notifier: Notifier, pusher: PusherStandIn) -> None:
    fact = held()
    notifier.hear(fact)
    notifier.hear(fact)

    notifier.run("PushNotice")

    told = pusher.events(channel=CHANNEL)
    assert [event["event"] for event in told] == [
        "booking_created", "booking_status_changed", "booking-updated", "booking_updated"
    ]  # fmt: skip
    assert {event["data"]["event_id"] for event in told} == {fact.id}
    assert notifier.sql("SELECT status FROM notice WHERE medium = 'push'") == [("SENT",)]


def test_a_call_whose_answer_is_lost_is_repeated_under_the_same_id(notifier: Notifier, pusher: PusherStandIn) -> None:
    fact = held()
    notifier.hear(fact)
    pusher.fault("fail_after", status=500)

    notifier.run("PushNotice")
    notifier.wait_over()
    notifier.run("PushNotice")

    told = pusher.events(channel=CHANNEL, event="booking_created")
    assert [event["data"]["event_id"] for event in told] == [fact.id, fact.id]


@pytest.mark.parametrize("mode", ["fail_before", "drop_connection"])
def test_what_could_not_be_told_is_told_in_order_when_the_provider_is_back(
    notifier: Notifier, pusher: PusherStandIn, mode: str
) -> None:
    pusher.fault(mode, status=503, times=None)
    notifier.hear(held(1), assigned(2), assigned(3))
    notifier.run("PushNotice")
    assert pusher.events() == []
    assert notifier.sql("SELECT DISTINCT status FROM notice WHERE medium = 'push'") == [("PENDING",)]

    pusher.reset()
    notifier.hear(assigned(4))
    notifier.wait_over()
    notifier.run("PushNotice")

    assert sequences(pusher) == [1, 2, 3, 4]
    assert notifier.sql("SELECT DISTINCT status FROM notice WHERE medium = 'push'") == [("SENT",)]


def test_what_the_provider_refuses_is_given_up_at_once_and_alone(notifier: Notifier, pusher: PusherStandIn) -> None:
    notifier.hear(held(1), assigned(2))
    pusher.fault("fail_before", status=413)

    notifier.run("PushNotice")

    assert sequences(pusher) == [2]
    rows = notifier.sql("SELECT sequence, status, reason FROM notice WHERE medium = 'push' ORDER BY sequence")
    assert rows == [(1, "GAVE_UP", "PUSH_413"), (2, "SENT", "")]
    ((given_up,),) = notifier.sql("SELECT data FROM outbox WHERE type = 'notifier.NoticeGaveUp.v1'")
    assert (given_up["occasion"], given_up["medium"], given_up["reason_code"]) == (
        "booking_created", "push", "PUSH_413"
    )  # fmt: skip


def test_staff_are_told_of_a_notice_given_up_but_not_of_that_notices_own_end(
    notifier: Notifier, pusher: PusherStandIn
) -> None:
    notifier.hear(held())
    pusher.fault("fail_before", status=400)
    notifier.run("PushNotice")
    ((row,),) = notifier.sql("SELECT to_jsonb(t) FROM outbox t WHERE type = 'notifier.NoticeGaveUp.v1'")
    news = Envelope(
        id=row["id"], source="notifier", type=row["type"], subject=row["subject"], time=row["time"], sequence=1,
        hotel=row["hotel"], data=row["data"], dataschema="",
    )  # fmt: skip
    notifier.hear(news)
    pusher.fault("fail_before", status=400)

    notifier.run("PushNotice")

    assert notifier.sql("SELECT status FROM notice WHERE occasion = 'notice_gave_up'") == [("GAVE_UP",)]
    assert notifier.sql("SELECT count(*) FROM outbox") == [(1,)]


def test_it_is_given_up_after_hours(notifier: Notifier, pusher: PusherStandIn) -> None:
    notifier.hear(held())
    pusher.fault("fail_before", status=500, times=None)
    notifier.run("PushNotice")
    assert notifier.sql("SELECT status FROM notice WHERE medium = 'push'") == [("PENDING",)]

    notifier.let_hours_pass()
    notifier.run("PushNotice")

    assert notifier.sql("SELECT status, reason FROM notice WHERE medium = 'push'") == [("GAVE_UP", "PUSH_500")]


class ProcessDied(BaseException):
    """What a kill looks like from inside."""


def _die_after(notifier: Notifier, monkeypatch: pytest.MonkeyPatch, calls: int) -> None:
    """The process dies right after telling that many notices, before it could note anything more."""
    send = notifier.unit_of_work.dependencies.push.send
    left = [calls]

    def dying(messages: object) -> None:
        send(messages)
        left[0] -= 1
        if not left[0]:
            raise ProcessDied

    monkeypatch.setattr(notifier.unit_of_work.dependencies.push, "send", dying)
    with pytest.raises(ProcessDied):
        notifier.run("PushNotice")
    monkeypatch.setattr(notifier.unit_of_work.dependencies.push, "send", send)
    notifier.wait_over()
    notifier.run("PushNotice")


def test_after_a_crash_nothing_older_follows_what_a_channel_already_got(
    notifier: Notifier, pusher: PusherStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    notifier.hear(held(1), assigned(2), assigned(3))

    _die_after(notifier, monkeypatch, 2)

    assert sequences(pusher) == [1, 2, 3]


def test_without_the_note_between_two_facts_a_crash_would_repeat_the_older_behind_the_newer(
    notifier: Notifier, pusher: PusherStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pushing, "_note_sent", lambda unnoted, conversation: None)
    notifier.hear(held(1), assigned(2), assigned(3))

    _die_after(notifier, monkeypatch, 2)

    assert sequences(pusher) == [1, 2, 1, 2, 3]


def test_facts_go_out_ten_messages_a_call(notifier: Notifier, pusher: PusherStandIn) -> None:
    notifier.unit_of_work.dependencies.settings.legacy_channels = True
    changed = {"status": BookingStatus.IN_HOUSE, "previous_status": BookingStatus.CONFIRMED}
    notifier.hear(heard(sample(bookings.GuestCheckedIn, **changed)))

    notifier.run("PushNotice")

    told = {(event["channel"], event["event"]) for event in pusher.events()}
    assert len(told) == len(pusher.events()) == 29
    assert (f"booking.{BOOKING}", "booking_checked_in") in told
    assert (f"hotel-{HOTEL}", "booking-checked-in") in told


def test_availability_is_told_once_for_all_changes_of_a_second(notifier: Notifier, pusher: PusherStandIn) -> None:
    changes = [heard(sample(rooms.InventoryHeld, booking_id=f"BK-2027-AAAA0{number}")) for number in range(5)]
    notifier.hear(*changes)
    assert notifier.run("PushAvailability") == 0

    notifier.wait_over()
    notifier.run("PushAvailability")

    assert len(pusher.events(channel=f"hotel-{HOTEL}-public", event="availability_changed")) == 1
    assert notifier.sql("SELECT occasion, status FROM notice") == [("availability_changed", "SENT")]


def test_after_an_outage_availability_is_told_once_not_once_a_second(
    notifier: Notifier, pusher: PusherStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = notifier.unit_of_work.now
    for second in (-30, -20, -10):
        earlier = timedelta(seconds=second)
        monkeypatch.setattr(notifier.unit_of_work, "now", lambda connection, by=earlier: now(connection) + by)
        notifier.hear(heard(sample(rooms.InventoryHeld, booking_id=f"BK-2027-AAAA{-second}")))
    monkeypatch.setattr(notifier.unit_of_work, "now", now)

    notifier.run("PushAvailability")

    (told,) = pusher.events(event="availability_changed")
    assert [told["data"]["sequence"]] == [row[0] for row in notifier.sql("SELECT max(sequence) FROM notice")]
    assert notifier.sql("SELECT status, count(*) FROM notice GROUP BY status") == [("SENT", 3)]


def test_nothing_secret_is_asked_for_to_push(notifier: Notifier) -> None:
    notifier.hear(held())

    notifier.run("PushNotice")

    assert notifier.asked == []


def test_a_notice_survives_the_database_as_it_was(notifier: Notifier) -> None:
    fact = held()
    notifier.hear(fact)

    due = notifier.jobs["PushNotice"].claim()

    (notice,) = [job.payload for job in due]
    assert isinstance(notice, PushNotice)
    assert all(message.data["event_id"] == fact.id for message in notice.messages)
