"""An undone check-in: the booking, its orders, its secrets and its money, repetitions and races."""

from datetime import timedelta
from typing import Any

import pytest

from chassis.refusal import Refusal
from contracts.bookings.asks import CancelBooking
from contracts.bookings.chat import SendChatMessage
from contracts.bookings.orders import AcceptOrder, CompleteOrder
from contracts.bookings.queries import GetBooking, GetTimeline
from contracts.bookings.stays import CheckIn, CheckOut
from contracts.bookings.undo import PreviewUndo, UndoCheckIn, UndoPreview
from contracts.payments.events import PaymentAuthorized, PaymentCaptured, PaymentPurpose
from contracts.rooms.events import RoomStatus
from contracts.rooms.undo import CheckUndo, UndoCheck, UndoMoveIn, UndoRefusal, UndoStep
from services.bookings.handlers.overstays import flag_overstays
from services.bookings.handlers.timers import apply_due_deadline
from tests.interface.bookings.repeated_undo import assert_no_second_effect
from tests.interface.bookings.service_under_test import BookingsUnderTest, guest_of
from tests.interface.bookings.steps import ARRIVES, about, refused
from tests.interface.bookings.test_orders import order, step
from tests.interface.bookings.test_overstays import incidents, staying
from tests.interface.bookings.test_races import at_once
from tests.unit.bookings.builders import ANNA, NOW, STAFF, STRANGER, eur

READY = RoomStatus.READY_FOR_GUEST


def undo(booking_id: str, **more: Any) -> UndoCheckIn:
    return UndoCheckIn(**about(booking_id, **{"room_status": READY, "reason": "Wrong guest.", **more}))


def preview(service: BookingsUnderTest, booking_id: str) -> UndoPreview:
    query = PreviewUndo(**about(booking_id, step=UndoStep.CHECK_IN, room_status=READY))
    reply: UndoPreview = service.ask(query)
    return reply


def undos_asked(service: BookingsUnderTest) -> list[UndoMoveIn]:
    return [message for message in service.rooms.asks if isinstance(message, UndoMoveIn)]


def test_an_undone_check_in_leaves_the_booking_as_before_it(service: BookingsUnderTest) -> None:
    created = service.in_house()
    guest, booking_id = guest_of(created), created.booking.booking_id
    service.ask(SendChatMessage(**about(booking_id, text="Hello.")), guest)
    placed, served = order(service, booking_id, guest), order(service, booking_id, guest)
    service.ask(step(AcceptOrder, served))
    service.ask(step(CompleteOrder, served))
    owed = service.ask(GetBooking(**about(booking_id))).balance_due
    assert service.ask(GetBooking(**about(booking_id)), guest).in_house

    after = service.ask(undo(booking_id))

    assert (after.status, after.assigned_room_number, after.checked_in_at, after.checked_in_by) == (
        "CONFIRMED", "101", None, None,
    )  # fmt: skip
    assert (after.late_arrival_expected, after.balance_due) == (False, owed)  # what was served stays owed
    assert service.ask(GetBooking(**about(booking_id)), guest).in_house is None
    assert service.stored(booking_id).in_house is None
    assert service.events(booking_id)[-2:] == ["OrderCancelled", "CheckInUndone"]
    orders = {row.id: row.status for row in service.rows("SELECT id, status FROM room_order")}
    assert orders == {placed.id: "CANCELLED", served.id: "COMPLETED"}
    service.ask(SendChatMessage(**about(booking_id, text="Still here.")), guest)
    assert undos_asked(service)[0].room_status is READY
    entry = next(item for item in service.ask(GetTimeline(**about(booking_id))).items if item.what == "CheckInUndone")
    assert (entry.by, entry.why, entry.from_room, entry.to_room) == (ANNA, "Wrong guest.", "101", None)

    again = service.ask(CheckIn(**about(booking_id)))
    assert (again.status, again.assigned_room_number) == ("IN_HOUSE", "101")
    assert service.ask(undo(booking_id)).status == "CONFIRMED"  # a new check-in can be undone, too
    assert service.events(booking_id).count("CheckInUndone") == 2


def test_an_undone_check_in_that_is_repeated_has_no_second_effect(service: BookingsUnderTest) -> None:
    booking_id = staying(service)

    assert_no_second_effect(service, undo(booking_id), "CheckInUndone")
    assert len(undos_asked(service)) == 1


def test_what_cannot_be_undone_is_refused_with_the_reason(service: BookingsUnderTest) -> None:
    booking_id = service.booked_by_staff().booking_id
    assert reason_of(service, booking_id) == "NEVER_HAPPENED"
    booking_id = staying(service)
    service.at(ARRIVES + timedelta(hours=12, seconds=1))
    assert reason_of(service, booking_id) == "TOO_LATE"
    assert refused(service, undo(booking_id, room_status=RoomStatus.OCCUPIED)) == "VALIDATION_ERROR"
    assert refused(service, undo(booking_id), STRANGER) == "BOOKING_NOT_FOUND"
    with pytest.raises(Refusal, match="VERSION_MISMATCH"):
        service.ask(undo(booking_id), if_match=(1,))


def test_a_refusal_by_rooms_reaches_the_caller_and_removes_the_intent(service: BookingsUnderTest) -> None:
    booking_id = staying(service)
    service.rooms.instead[UndoMoveIn] = Refusal("CANNOT_UNDO", "Slept elsewhere.", reason="NIGHTS_SLEPT")

    assert reason_of(service, booking_id) == "NIGHTS_SLEPT"
    assert service.stored(booking_id).pending is None


def test_an_undone_check_in_after_noon_is_no_no_show_at_once(service: BookingsUnderTest) -> None:
    booking_id = staying(service)
    noon = ARRIVES + timedelta(hours=21, minutes=1)
    service.rows("UPDATE booking SET checked_in_at = :at WHERE id = :id", at=noon - timedelta(hours=1), id=booking_id)
    service.at(noon)

    after = service.ask(undo(booking_id))

    assert after.late_arrival_expected
    while service.tick(apply_due_deadline):
        pass
    assert service.stored(booking_id).status == "CONFIRMED"


def test_an_overstay_is_dismissed_by_an_undone_check_in(service: BookingsUnderTest) -> None:
    booking_id = staying(service, late=timedelta(hours=1))
    service.rows("UPDATE booking SET checked_in_at = :at", at=service.unit_of_work.moment - timedelta(hours=1))
    assert service.tick(flag_overstays)

    service.ask(undo(booking_id))

    assert [(each.status, each.closed_by["id"]) for each in incidents(service, booking_id)] == [("DISMISSED", ANNA.id)]
    assert service.events(booking_id)[-2:] == ["OverstayDismissed", "CheckInUndone"]


def test_a_balance_payment_that_was_begun_in_house_is_not_lost(service: BookingsUnderTest) -> None:
    booking_id = staying(service)  # booked without a card: the guest owes the whole price
    payment: dict[str, Any] = about(booking_id, payment_id="pay-2", purpose=PaymentPurpose.EXTENSION)
    service.ask(undo(booking_id))
    assert service.ask(GetBooking(**about(booking_id))).can_pay

    service.deliver(
        PaymentAuthorized(**payment, payment_intent_id="pi_2", amount=eur(34880), authorized_at=NOW),
        PaymentCaptured(**payment, payment_intent_id="pi_2", amount=eur(34880), captured_at=NOW),
    )
    assert service.ask(GetBooking(**about(booking_id))).balance_due == eur(0)
    cancelled = service.ask(CancelBooking(**about(booking_id, reason="Ill.", waive_fee=True)))

    assert (cancelled.refund_amount, cancelled.balance_due) == (eur(34880), eur(0))


def test_the_preview_says_what_the_undo_does_and_changes_nothing(service: BookingsUnderTest) -> None:
    created = service.in_house()
    booking_id = created.booking.booking_id
    order(service, booking_id, guest_of(created))
    before = service.stored(booking_id)

    said = preview(service, booking_id)

    assert (said.allowed, said.refusals, said.undo_until) == (True, (), ARRIVES + timedelta(hours=12))
    assert (said.status, said.room_number, said.room_status) == ("CONFIRMED", "101", READY)
    assert (said.orders_cancelled, said.version) == (1, before.version)
    assert service.stored(booking_id) == before
    done = service.ask(undo(booking_id))
    assert (done.status, done.assigned_room_number, done.balance_due) == (
        said.status, said.room_number, said.balance_due,
    )  # fmt: skip
    assert [each.code for each in preview(service, booking_id).refusals] == ["NEVER_HAPPENED"]


def test_the_preview_has_the_refusals_of_rooms(service: BookingsUnderTest) -> None:
    booking_id = staying(service)
    slept = UndoRefusal(code="NIGHTS_SLEPT", message="Slept elsewhere.")
    service.rooms.instead[CheckUndo] = lambda _: UndoCheck(refusals=(slept,), room_number="101")

    said = preview(service, booking_id)

    assert (said.allowed, said.refusals, said.status) == (False, (slept,), "IN_HOUSE")


@pytest.mark.parametrize("other", [CheckOut, CancelBooking])
def test_an_undone_check_in_races_with_another_step(service: BookingsUnderTest, other: type[Any]) -> None:
    for _ in range(8):
        booking_id = staying(service)
        more = {"reason": "Ill."} if other is CancelBooking else {}

        answers = at_once(
            lambda booking_id=booking_id: service.ask(undo(booking_id)).status,
            lambda booking_id=booking_id, more=more: service.ask(other(**about(booking_id, **more))).status,
        )

        events, status = service.events(booking_id), service.stored(booking_id).status
        ends = {"CONFIRMED": ["CheckInUndone"], "COMPLETED": ["GuestCheckedOut"], "CANCELLED": ["BookingCancelled"]}
        done = [event for event in events if event in ("CheckInUndone", "GuestCheckedOut", "BookingCancelled")]
        # Only a cancellation of the confirmed booking may follow; otherwise the loser is refused.
        assert done == ends[status] or done == ["CheckInUndone", "BookingCancelled"], (answers, done)
        service.at(NOW)


def reason_of(service: BookingsUnderTest, booking_id: str) -> Any:
    with pytest.raises(Refusal) as caught:
        service.ask(undo(booking_id), STAFF)
    assert caught.value.code == "CANNOT_UNDO"
    return caught.value.details["reason"]
