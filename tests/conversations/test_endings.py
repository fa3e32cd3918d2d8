"""Other ends of a booking: cancelled in house, no-show, early check-out; money, nights and room follow."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from chassis.refusal import Unavailable
from contracts.bookings.approval import ApproveBooking
from contracts.bookings.asks import CancelBooking
from contracts.bookings.queries import GetTimeline
from contracts.bookings.status import BookingStatus
from contracts.bookings.stays import AssignRoom, CheckIn, CheckOut, GetCandidateRooms, MarkNoShow
from contracts.bookings.views import CreatedBooking
from contracts.message import Ask
from contracts.rooms.availability import CheckAvailability
from contracts.rooms.events import RoomStatus
from contracts.rooms.occupancy import MoveOut
from contracts.rooms.rooms import GetRoom
from contracts.values import Actor, ActorKind, Context
from tests.conversations.balances import advance
from tests.conversations.conftest import HOTEL, STAFF, PlatformFixture, guest

Status = BookingStatus
DUBLIN = ZoneInfo("Europe/Dublin")


def about(created: CreatedBooking, **more: Any) -> dict[str, Any]:
    return {"hotel": HOTEL, "booking_id": created.booking.id, **more}


def left_by_night(fixture: PlatformFixture, nights: int) -> list[int]:
    """The number of available rooms of the first type on each of the coming nights."""
    today, kind = fixture.today(), fixture.room_types()[0]
    left = []
    for night in range(nights):
        first = today + timedelta(days=night)
        answer = fixture.platform.ask(
            CheckAvailability(hotel=HOTEL, check_in=first, check_out=first + timedelta(days=1))
        )
        left.append(next(each.available_units for each in answer.room_types if each.room_type_code == kind))
    return left


def confirmed(fixture: PlatformFixture, **over: Any) -> CreatedBooking:
    created = fixture.book(**over)
    fixture.pay(created)
    fixture.platform.ask(ApproveBooking(**about(created)), STAFF)
    fixture.settle()
    return created


def with_room(fixture: PlatformFixture, created: CreatedBooking) -> str:
    room = fixture.platform.ask(GetCandidateRooms(**about(created)), STAFF).rooms[0].room_number
    fixture.platform.ask(AssignRoom(**about(created, room_number=room)), STAFF)
    return room


def living(fixture: PlatformFixture, created: CreatedBooking) -> str:
    room = with_room(fixture, created)
    fixture.platform.ask(CheckIn(**about(created)), STAFF)
    fixture.settle()
    return room


def to_local(fixture: PlatformFixture, local_time: datetime) -> None:
    """Move everyone's clock to that wall time in Dublin, the provider's included."""
    with fixture.platform.services["bookings"].unit_of_work.read() as work:
        delta = local_time.replace(tzinfo=DUBLIN) - work.now
    advance(fixture, delta)


def noon_after(created: CreatedBooking) -> datetime:
    return datetime.combine(created.booking.check_in, datetime.min.time()) + timedelta(days=1, hours=12)


def live_periods(fixture: PlatformFixture, created: CreatedBooking) -> int:
    with fixture.platform.services["rooms"].engine.connect() as connection:
        counted = sa.text("SELECT count(*) FROM period WHERE live AND booking_id = :id")
        return int(connection.execute(counted, {"id": created.booking.id}).scalar_one())


def three_nights(fixture: PlatformFixture) -> dict[str, Any]:
    return {"check_out": fixture.today() + timedelta(days=3)}


@pytest.mark.parametrize("waived", [False, True], ids=["the whole stay is kept", "the rest is waived"])
def test_a_stay_called_off_in_house_frees_its_nights_and_refunds_what_is_waived(
    fixture: PlatformFixture, waived: bool
) -> None:
    before = left_by_night(fixture, 3)
    created = confirmed(fixture, **three_nights(fixture))
    room = living(fixture, created)
    total = created.booking.total_amount.amount

    answer = fixture.platform.ask(CancelBooking(**about(created, reason="fire", waive_fee=waived)), STAFF)
    fixture.settle()

    assert answer.status is Status.CANCELLED
    assert answer.cancellation_fee is not None
    fee = answer.cancellation_fee.amount
    assert fee == total if not waived else 0 < fee < total
    refunds = [("refund", total - fee)] if waived else []
    assert fixture.movements() == [("authorise", total), ("capture", total), *refunds]
    assert left_by_night(fixture, 3) == before
    assert live_periods(fixture, created) == 0
    assert fixture.platform.ask(GetRoom(hotel=HOTEL, room_number=room)).room_status is RoomStatus.CHECKOUT_DIRTY
    now = fixture.booking(created)
    assert (now.refund_status, now.in_house) == ("SUCCEEDED" if waived else None, None)
    assert "Booking Cancelled" in " ".join(fixture.mails())
    pushed = [event["event"] for event in fixture.pusher.events(channel=f"private-booking-{created.booking.id}")]
    assert pushed.count("booking_cancelled") == 1


@pytest.mark.parametrize("dies", ["before rooms is asked", "after rooms has done it"])
def test_a_stay_that_is_called_off_converges_wherever_the_process_dies(
    fixture: PlatformFixture, monkeypatch: pytest.MonkeyPatch, dies: str
) -> None:
    before = left_by_night(fixture, 3)
    created = confirmed(fixture, **three_nights(fixture))
    room = living(fixture, created)
    ask_for_real = fixture.platform.ask_from_service

    def die(message: Ask[Any], context: Context) -> Any:
        if isinstance(message, MoveOut):
            if dies.startswith("after"):
                ask_for_real(message, context)
            raise Unavailable("the process died")
        return ask_for_real(message, context)

    instance = fixture.platform.services["bookings"]
    monkeypatch.setattr(instance.ask_server, "_ask", die)
    with pytest.raises(Unavailable):
        fixture.platform.ask(CancelBooking(**about(created, reason="fire", waive_fee=True)), STAFF)
    monkeypatch.undo()
    assert fixture.booking(created).status is Status.IN_HOUSE

    with instance.engine.begin() as connection:
        connection.execute(sa.text("UPDATE booking SET action_due_at = now() WHERE action_due_at IS NOT NULL"))
    fixture.settle()

    now = fixture.booking(created)
    assert (now.status, now.refund_status) == (Status.CANCELLED, "SUCCEEDED")
    assert now.cancelled_by == Actor(ActorKind.STAFF, "7")
    assert [movement for movement, _ in fixture.movements()] == ["authorise", "capture", "refund"]
    assert left_by_night(fixture, 3) == before
    assert live_periods(fixture, created) == 0
    assert fixture.platform.ask(GetRoom(hotel=HOTEL, room_number=room)).room_status is RoomStatus.CHECKOUT_DIRTY
    assert fixture.platform.event_names(created.booking.id).count("BookingCancelled") == 1


def test_a_guest_who_does_not_come_pays_the_first_night_and_frees_the_rest(fixture: PlatformFixture) -> None:
    before = left_by_night(fixture, 3)
    created = confirmed(fixture, **three_nights(fixture))
    with_room(fixture, created)
    total = created.booking.total_amount.amount

    to_local(fixture, noon_after(created) - timedelta(minutes=1))
    assert fixture.booking(created).status is Status.CONFIRMED
    to_local(fixture, noon_after(created))

    now = fixture.booking(created)
    assert (now.status, now.assigned_room_number, now.refund_status) == (Status.NO_SHOW, None, "SUCCEEDED")
    assert now.cancellation_fee is not None
    assert fixture.movements()[-1] == ("refund", total - now.cancellation_fee.amount)
    assert live_periods(fixture, created) == 0
    assert left_by_night(fixture, 2) == before[1:]
    pushed = [event["event"] for event in fixture.pusher.events(channel=f"private-hotel-{HOTEL}")]
    assert pushed.count("booking_no_show") == 1
    items = fixture.platform.ask(GetTimeline(**about(created)), STAFF).items
    (marked,) = [item for item in items if item.what == "BookingNoShow"]
    assert (marked.by.kind, marked.from_status, marked.to_status) == ("system", Status.CONFIRMED, Status.NO_SHOW)
    again = fixture.platform.ask(MarkNoShow(**about(created)), STAFF)
    assert again.version == now.version


def test_a_fee_before_the_capture_is_all_that_is_taken(fixture: PlatformFixture) -> None:
    """The hotel's policy is free until a day before: tonight's stay costs its first night."""
    created = fixture.book()
    fixture.pay(created)

    cancelled = fixture.platform.ask(CancelBooking(**about(created, reason="ill")), guest(created))
    fixture.settle()

    assert cancelled.cancellation_fee is not None
    fee, total = cancelled.cancellation_fee.amount, created.booking.total_amount.amount
    assert 0 < fee < total
    assert fixture.movements()[0] == ("authorise", total)
    assert ("capture", fee) in fixture.movements()
    assert not [entry for entry in fixture.movements() if entry[0] == "refund"]
    now = fixture.booking(created)
    assert (now.payment_status, now.balance_due.amount, now.refund_status) == ("CAPTURED", 0, None)


def test_a_fee_that_the_card_will_not_pay_is_owed_at_the_desk(fixture: PlatformFixture) -> None:
    created = fixture.book()
    fixture.pay(created)
    fixture.stripe.fault("decline", for_good=True)

    cancelled = fixture.platform.ask(CancelBooking(**about(created, reason="ill")), guest(created))
    fixture.settle()

    now = fixture.booking(created)
    total = created.booking.total_amount.amount
    assert cancelled.cancellation_fee is not None
    assert fixture.movements() == [("authorise", total), ("void", total)]
    assert (now.payment_status, now.cancellation_fee, now.balance_due) == (
        "VOIDED",
        cancelled.cancellation_fee,
        cancelled.cancellation_fee,
    )


@pytest.mark.parametrize("stage", ["authorised", "captured"])
def test_a_fee_that_staff_waive_costs_the_guest_nothing(fixture: PlatformFixture, stage: str) -> None:
    created = fixture.book()
    fixture.pay(created)
    if stage == "captured":
        fixture.platform.ask(ApproveBooking(**about(created)), STAFF)
        fixture.settle()

    cancelled = fixture.platform.ask(CancelBooking(**about(created, reason="our boiler broke", waive_fee=True)), STAFF)
    fixture.settle()

    assert cancelled.cancellation_fee is not None
    assert cancelled.cancellation_fee.is_zero
    last, amount = fixture.movements()[-1]
    assert (last, amount) == (
        ("void" if stage == "authorised" else "refund"),
        created.booking.total_amount.amount,
    )


def test_an_early_check_out_frees_the_nights_that_remain(fixture: PlatformFixture) -> None:
    before = left_by_night(fixture, 4)
    created = confirmed(fixture, check_out=fixture.today() + timedelta(days=4))
    room = living(fixture, created)
    assert left_by_night(fixture, 4) == [units - 1 for units in before]
    to_local(fixture, noon_after(created))  # the second day: two nights are still to come after this one's

    fixture.platform.ask(CheckOut(**about(created)), STAFF)
    fixture.settle()

    assert left_by_night(fixture, 3) == before[1:]
    assert live_periods(fixture, created) == 0
    with fixture.platform.services["rooms"].engine.connect() as connection:
        slept = connection.execute(
            sa.text("SELECT upper(nights) - lower(nights) FROM period WHERE booking_id = :id"),
            {"id": created.booking.id},
        ).scalar_one()
        sold = connection.execute(
            sa.text("SELECT sum(until - first_night) FROM hold_part WHERE booking_id = :id"),
            {"id": created.booking.id},
        ).scalar_one()
    assert (slept, sold) == (1, 1)  # the night that was slept stays in memory and on the counter
    assert fixture.platform.ask(GetRoom(hotel=HOTEL, room_number=room)).room_status is RoomStatus.CHECKOUT_DIRTY


def test_a_capture_that_fails_for_good_leaves_a_day_to_pay_again(fixture: PlatformFixture) -> None:
    before = left_by_night(fixture, 2)
    created = fixture.book()
    fixture.pay(created)
    with fixture.platform.services["bookings"].unit_of_work.read() as work:
        authorized_at = work.now
    fixture.stripe.fault("decline", for_good=True, decline_code="insufficient_funds")
    fixture.platform.ask(ApproveBooking(**about(created)), STAFF)
    fixture.settle()

    again = fixture.booking(created)
    assert again.status is Status.PENDING_PAYMENT
    assert again.expires_at is not None
    assert timedelta(hours=23, minutes=55) < again.expires_at - authorized_at < timedelta(hours=24, minutes=5)
    assert left_by_night(fixture, 2) == [units - 1 for units in before]
    assert "Payment problem" in " ".join(fixture.mails())

    fixture.platform.advance(timedelta(hours=24, minutes=1))
    fixture.settle()

    assert fixture.booking(created).status is Status.EXPIRED
    assert left_by_night(fixture, 1) == before[1:]


def test_staff_are_alerted_once_to_each_urgency_of_a_booking_that_waits_for_them(fixture: PlatformFixture) -> None:
    created = fixture.book(check_in=fixture.today() + timedelta(days=3), check_out=fixture.today() + timedelta(days=4))
    fixture.pay(created)

    for minutes in (21, 5, 6, 30, 31, 60):
        fixture.platform.advance(timedelta(minutes=minutes))
        fixture.settle()

    alerts = [e for e in fixture.pusher.events(channel=f"private-staff-{HOTEL}") if e["event"] == "approval_due"]
    assert [event["data"]["urgency"] for event in alerts] == ["DUE_SOON", "OVERDUE", "CRITICAL"]
    assert {event["data"]["booking_id"] for event in alerts} == {created.booking.id}
    assert not fixture.pusher.events(channel=f"private-booking-{created.booking.id}", event="approval_due")
