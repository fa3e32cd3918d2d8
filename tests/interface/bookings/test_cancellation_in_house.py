"""A cancellation of a stay in house ends the stay in rooms and in bookings, with or without a waiver."""

import pytest

from chassis import codec
from chassis.refusal import Refusal, Unavailable
from contracts.bookings.approval import ApproveBooking
from contracts.bookings.asks import CancelBooking
from contracts.bookings.queries import GetBooking, GetTimeline
from contracts.bookings.status import BookingStatus
from contracts.bookings.stays import AssignRoom, CheckIn
from contracts.bookings.views import CreatedBooking
from contracts.rooms.events import RoomVacated
from contracts.rooms.occupancy import MoveOut
from services.bookings.handlers.action_completion import drive_stale_actions
from tests.interface.bookings.service_under_test import BookingsUnderTest, guest_of
from tests.interface.bookings.steps import ARRIVES, about, authorized, captured, confirmed, opened, refused
from tests.unit.bookings.builders import ANNA, CLERK, STAFF, eur

REST = eur(34880 - 13080)  # but the first night


def living(service: BookingsUnderTest, booking_id: str) -> str:
    """The guest has just checked in, on the first evening."""
    service.ask(AssignRoom(**about(booking_id, room_number="101")))
    service.at(ARRIVES)
    service.ask(CheckIn(**about(booking_id)))
    return booking_id


def living_with_token(service: BookingsUnderTest) -> CreatedBooking:
    created = service.book()
    booking_id = created.booking.booking_id
    service.deliver(opened(booking_id), authorized(booking_id))
    service.ask(ApproveBooking(**about(booking_id)))
    service.deliver(captured(booking_id))
    living(service, booking_id)
    return created


def test_a_stay_in_house_is_cancelled_once_rooms_has_the_room_back(service: BookingsUnderTest) -> None:
    booking_id = living(service, confirmed(service))

    answer = service.ask(CancelBooking(**about(booking_id, reason="fire", waive_fee=True)))

    assert (answer.status, answer.cancelled_by, answer.cancellation_reason) == (BookingStatus.CANCELLED, ANNA, "fire")
    assert (answer.cancellation_fee, answer.refund_amount, answer.refund_status) == (eur(13080), REST, "PENDING")
    assert (answer.assigned_room_number, answer.can_cancel, answer.cancellation_preview) == (None, False, None)
    row = service.stored(booking_id)
    assert (row.in_house, row.pending, row.ended_at, row.due_at) == (None, None, ARRIVES, None)
    move_out = service.rooms.asks[-1]
    assert isinstance(move_out, MoveOut)
    assert move_out.left_on == ARRIVES.date()
    last = service.row("SELECT data FROM outbox WHERE subject = :id ORDER BY sequence DESC LIMIT 1", id=booking_id)
    assert last.data["released_from"] == "2030-06-10"
    item = service.ask(GetTimeline(**about(booking_id))).items[-1]
    assert (item.what, item.from_status, item.why) == ("BookingCancelled", BookingStatus.IN_HOUSE, "fire")


def test_a_cancellation_in_house_without_a_waiver_refunds_nothing(service: BookingsUnderTest) -> None:
    booking_id = living(service, confirmed(service))

    answer = service.ask(CancelBooking(**about(booking_id, reason="left in anger")))

    assert (answer.cancellation_fee, answer.refund_amount, answer.refund_status) == (eur(34880), eur(0), None)


def test_a_repeated_cancellation_in_house_asks_rooms_once_and_has_one_event(service: BookingsUnderTest) -> None:
    booking_id = living(service, confirmed(service))
    command = CancelBooking(**about(booking_id, reason="fire"))

    first = service.answer(command, idempotency_key="k", fingerprint="f")
    replayed = service.answer(command, idempotency_key="k", fingerprint="f")
    service.pass_time(hours=1)
    again = service.ask(CancelBooking(**about(booking_id)))

    assert replayed.replayed
    assert replayed.reply == first.reply
    assert again.cancelled_at == first.reply.cancelled_at
    assert service.rooms.kinds().count("MoveOut") == 1
    assert service.events(booking_id).count("BookingCancelled") == 1


def test_a_cancellation_in_house_without_permission_or_reason_is_refused(service: BookingsUnderTest) -> None:
    created = living_with_token(service)
    booking_id, guest = created.booking.booking_id, guest_of(created)

    assert refused(service, CancelBooking(**about(booking_id, reason="bored")), guest) == "ILLEGAL_TRANSITION"
    assert refused(service, CancelBooking(**about(booking_id, reason="fire")), CLERK) == "PERMISSION_DENIED"
    assert refused(service, CancelBooking(**about(booking_id))) == "NOTE_REQUIRED"
    for_guest, for_staff = (service.ask(GetBooking(**about(booking_id)), caller) for caller in (guest, STAFF))
    assert (for_guest.can_cancel, for_guest.cancellation_preview) == (False, None)
    assert for_staff.can_cancel
    assert for_staff.cancellation_preview.applied_rule == "STAY_BEGUN"
    assert "MoveOut" not in service.rooms.kinds()


@pytest.mark.parametrize("rooms_has_done_it", [False, True], ids=["before rooms", "after rooms"])
def test_a_cancellation_in_house_whose_process_died_is_driven_to_its_end(
    service: BookingsUnderTest, rooms_has_done_it: bool
) -> None:
    """Settled as of when it was decided: by the time the timer comes, another night has begun."""
    booking_id = living(service, confirmed(service))
    service.rooms.instead[MoveOut] = Unavailable("the process died")
    with pytest.raises(Unavailable):
        service.ask(CancelBooking(**about(booking_id, reason="fire", waive_fee=True)))
    assert service.stored(booking_id).status == "IN_HOUSE"
    assert refused(service, CancelBooking(**about(booking_id, reason="fire"))) == "ACTION_IN_PROGRESS"
    first = service.rooms.asks[-1]
    if rooms_has_done_it:
        service.deliver(RoomVacated(**about(booking_id), room_number="101", action_id=first.action_id))

    service.pass_time(days=1)
    del service.rooms.instead[MoveOut]
    service.rows("UPDATE booking SET action_due_at = now() WHERE action_due_at IS NOT NULL")
    assert service.tick(drive_stale_actions)

    row = service.stored(booking_id)
    assert (row.status, row.cancellation_fee, row.cancelled_at) == ("CANCELLED", 13080, ARRIVES)
    assert row.cancelled_by == codec.plain(ANNA)
    assert service.rooms.asks[-1] == first
    assert not service.tick(drive_stale_actions)
    assert service.events(booking_id).count("BookingCancelled") == 1


def test_a_cancellation_in_house_refused_by_rooms_leaves_the_stay(service: BookingsUnderTest) -> None:
    booking_id = living(service, confirmed(service))
    service.rooms.instead[MoveOut] = Refusal("CHECKOUT_FAILED", "No.")

    assert refused(service, CancelBooking(**about(booking_id, reason="fire"))) == "CHECKOUT_FAILED"

    assert (service.stored(booking_id).status, service.stored(booking_id).pending) == ("IN_HOUSE", None)
