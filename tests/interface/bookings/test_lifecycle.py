"""The lifecycle of a booking, from creation to each of its ends."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chassis.messaging.event_dispatcher import Disposition
from chassis.refusal import Refusal, Unavailable
from contracts.bookings.approval import ApproveBooking, ConfirmBooking, DeclineBooking
from contracts.bookings.asks import CancelBooking, SubmitBooking
from contracts.bookings.queries import GetBooking, GetTimeline
from contracts.bookings.status import BookingStatus
from contracts.bookings.stays import AssignRoom, CheckIn, CheckOut, MoveRoom, UnassignRoom
from contracts.bookings.views import CreatedBooking
from contracts.payments.events import (
    CancellationFeeCaptured,
    PaymentAuthorized,
    PaymentCaptured,
    PaymentCaptureFailed,
    PaymentRefunded,
    PaymentSessionExpired,
    PaymentSessionOpened,
    PaymentVoided,
    RefundFailed,
)
from contracts.rooms.assignments import GiveRoom
from contracts.rooms.holds import HoldInventory
from contracts.rooms.occupancy import MoveIn, MoveOut
from contracts.values import CancellationPolicy, HotelSettings
from services.bookings.handlers.timers import apply_due_deadline
from tests.interface.bookings.service_under_test import BookingsUnderTest, guest_of
from tests.unit.bookings.builders import ANNA, CHECK_IN, GUEST, HOTEL, NOW, STAFF, eur, held

ARRIVES = datetime(2030, 6, 10, 14, 0, tzinfo=UTC)


def about(booking_id: str, **more: Any) -> dict[str, Any]:
    return {"hotel": HOTEL, "booking_id": booking_id, **more}


def paid(booking_id: str, **more: Any) -> dict[str, Any]:
    return about(booking_id, payment_id="pay-1", **more)


def opened(booking_id: str) -> PaymentSessionOpened:
    return PaymentSessionOpened(
        **paid(booking_id), session_id="cs_1", amount=eur(34880), opened_at=NOW, expires_at=NOW + timedelta(minutes=30)
    )


def authorized(booking_id: str) -> PaymentAuthorized:
    return PaymentAuthorized(**paid(booking_id), payment_intent_id="pi_1", amount=eur(34880), authorized_at=NOW)


def captured(booking_id: str) -> PaymentCaptured:
    return PaymentCaptured(**paid(booking_id), payment_intent_id="pi_1", amount=eur(34880), captured_at=NOW)


def awaiting(service: BookingsUnderTest) -> str:
    """A booking that waits for staff."""
    booking_id = service.book().booking.booking_id
    service.deliver(opened(booking_id), authorized(booking_id))
    return booking_id


def confirmed(service: BookingsUnderTest) -> str:
    """A booking that is paid and approved."""
    booking_id = awaiting(service)
    service.ask(ApproveBooking(**about(booking_id)))
    service.deliver(captured(booking_id))
    return booking_id


def refused(service: BookingsUnderTest, command: Any, caller: Any = STAFF) -> str:
    with pytest.raises(Refusal) as caught:
        service.ask(command, caller)
    return caught.value.code


def test_a_booking_goes_from_creation_to_check_out(service: BookingsUnderTest) -> None:
    created = service.book()
    booking_id = created.booking.booking_id
    assert created.booking.status is BookingStatus.PENDING_PAYMENT
    assert created.booking.expires_at == NOW + timedelta(minutes=15)
    assert created.booking.is_new_for_staff

    service.deliver(opened(booking_id))
    assert service.stored(booking_id).payment_reference == "cs_1"
    service.deliver(authorized(booking_id))
    waiting = service.ask(GetBooking(**about(booking_id)))
    assert (waiting.status, waiting.approval_risk) == (BookingStatus.PENDING_APPROVAL, "OK")
    assert waiting.payment_reference == "pi_1"

    approved = service.ask(ApproveBooking(**about(booking_id)))
    assert (approved.status, approved.decision_made_by) == (BookingStatus.PENDING_APPROVAL, ANNA)
    service.deliver(captured(booking_id))
    sure = service.ask(GetBooking(**about(booking_id)))
    assert (sure.status, sure.confirmed_by, sure.paid_at) == (BookingStatus.CONFIRMED, ANNA, NOW)
    assert (sure.payment_status, sure.balance_due) == ("CAPTURED", eur(0))

    with_room = service.ask(AssignRoom(**about(booking_id, room_number="101", notes="quiet")))
    assert (with_room.assigned_room_number, with_room.can_check_in) == ("101", True)
    assert with_room.assignment_notes == "quiet"

    service.at(ARRIVES)
    lives = service.ask(CheckIn(**about(booking_id)))
    assert (lives.status, lives.checked_in_at, lives.checked_in_by) == (BookingStatus.IN_HOUSE, ARRIVES, ANNA)
    assert lives.in_house is None
    page = service.ask(GetBooking(**about(booking_id)), guest_of(created))
    assert page.in_house.wifi_password == "wifi-secret"
    assert len(page.in_house.room_pin) == 4

    service.at(datetime(2030, 6, 13, 9, 0, tzinfo=UTC))
    left = service.ask(CheckOut(**about(booking_id)))
    assert (left.status, left.assigned_room_number) == (BookingStatus.COMPLETED, "101")
    assert service.ask(GetBooking(**about(booking_id)), guest_of(created)).in_house is None
    assert service.stored(booking_id).in_house is None
    assert service.rooms.asks[-1].left_on == datetime(2030, 6, 13, tzinfo=UTC).date()

    assert service.events(booking_id) == [
        "BookingHeld", "PaymentAwaited", "BookingAwaitsApproval", "BookingApproved", "BookingConfirmed",
        "RoomAssigned", "GuestCheckedIn", "GuestCheckedOut",
    ]  # fmt: skip
    trail = service.ask(GetTimeline(**about(booking_id))).items
    assert [item.sequence for item in trail] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert [item.to_status for item in trail][-2:] == [BookingStatus.IN_HOUSE, BookingStatus.COMPLETED]
    assert left.version == 8


def test_a_repeated_command_changes_nothing(service: BookingsUnderTest) -> None:
    booking_id = awaiting(service)

    def twice(command: Any) -> None:
        first = service.ask(command)
        service.pass_time(seconds=5)
        again = service.ask(command)
        assert again == first

    twice(ApproveBooking(**about(booking_id)))
    service.deliver(captured(booking_id))
    assert service.ask(ApproveBooking(**about(booking_id))).status is BookingStatus.CONFIRMED
    service.at(ARRIVES)
    for command in (
        AssignRoom(**about(booking_id, room_number="101")),
        CheckIn(**about(booking_id)),
        MoveRoom(**about(booking_id, to_room_number="102")),
        CheckOut(**about(booking_id)),
    ):
        twice(command)
    assert service.rooms.kinds() == ["HoldInventory", "GiveRoom", "MoveIn", "MoveGuest", "MoveOut"]
    assert len(service.events(booking_id)) == 9


def test_a_declined_booking_stays_declined(service: BookingsUnderTest) -> None:
    booking_id = awaiting(service)

    first = service.ask(DeclineBooking(**about(booking_id, reason_code="FULL", reason_note="Wedding party")))
    again = service.ask(DeclineBooking(**about(booking_id)))

    assert (again.status, again.reason_code, again.reason_note) == (BookingStatus.DECLINED, "FULL", "Wedding party")
    assert again.decision_made_at == first.decision_made_at
    assert refused(service, ApproveBooking(**about(booking_id))) == "BOOKING_ENDED"
    assert service.events(booking_id)[-1] == "BookingDeclined"
    published = service.row("SELECT data::text AS data FROM outbox ORDER BY position DESC LIMIT 1").data
    assert "Wedding" not in published
    service.deliver(PaymentVoided(**paid(booking_id), amount=eur(34880), voided_at=NOW))
    assert service.stored(booking_id).payment_status == "VOIDED"
    assert service.ask(GetTimeline(**about(booking_id))).items[-1].what == "PaymentVoided"


def test_an_approved_booking_is_neither_declined_nor_cancelled(service: BookingsUnderTest) -> None:
    booking_id = awaiting(service)
    service.ask(ApproveBooking(**about(booking_id)))

    assert refused(service, DeclineBooking(**about(booking_id))) == "DECISION_MADE"
    assert refused(service, CancelBooking(**about(booking_id))) == "DECISION_MADE"
    service.pass_time(days=300)
    assert not service.tick(apply_due_deadline)


def test_a_failed_capture_lets_the_guest_pay_again_for_a_day(service: BookingsUnderTest) -> None:
    booking_id = awaiting(service)
    service.ask(ApproveBooking(**about(booking_id)))

    service.deliver(PaymentCaptureFailed(**paid(booking_id), reason_code="card_declined", failed_at=NOW))

    booking = service.ask(GetBooking(**about(booking_id)))
    assert (booking.status, booking.decision_made_at) == (BookingStatus.PENDING_PAYMENT, None)
    assert booking.expires_at == NOW + timedelta(hours=24)
    service.deliver(opened(booking_id), authorized(booking_id))
    assert service.stored(booking_id).status == "PENDING_APPROVAL"


def test_a_hotel_without_approval_confirms_without_staff(service: BookingsUnderTest) -> None:
    service.rooms.held = held(settings=HotelSettings(approval_required=False))
    booking_id = awaiting(service)
    service.deliver(captured(booking_id))

    booking = service.ask(GetBooking(**about(booking_id)))

    assert (booking.status, booking.confirmed_by.kind) == (BookingStatus.CONFIRMED, "system")


@pytest.mark.parametrize(
    ("minutes", "session", "expires"),
    [(14, False, False), (15, False, True), (15, True, False), (16, True, False), (17, True, True)],
)
def test_an_unpaid_hold_expires(service: BookingsUnderTest, minutes: int, session: bool, expires: bool) -> None:
    booking_id = service.book().booking.booking_id
    if session:
        service.deliver(opened(booking_id))

    service.pass_time(minutes=minutes)

    assert service.tick(apply_due_deadline) is expires
    assert service.stored(booking_id).status == ("EXPIRED" if expires else "PENDING_PAYMENT")
    assert not service.tick(apply_due_deadline)


def test_a_closed_payment_page_lets_the_overdue_hold_expire_at_once(service: BookingsUnderTest) -> None:
    booking_id = service.book().booking.booking_id
    service.deliver(opened(booking_id))
    service.pass_time(minutes=15, seconds=1)

    service.deliver(PaymentSessionExpired(**paid(booking_id), session_id="cs_1"))

    booking = service.ask(GetBooking(**about(booking_id)))
    assert (booking.status, booking.expiry_reason) == (BookingStatus.EXPIRED, "HOLD_RAN_OUT")


def test_a_payment_page_closed_early_leaves_the_hold(service: BookingsUnderTest) -> None:
    booking_id = service.book().booking.booking_id
    service.deliver(opened(booking_id), PaymentSessionExpired(**paid(booking_id), session_id="cs_1"))

    assert service.stored(booking_id).status == "PENDING_PAYMENT"
    assert service.ask(ConfirmBooking(**about(booking_id))).status is BookingStatus.CONFIRMED


def test_an_authorisation_in_transit_at_the_deadline_counts(service: BookingsUnderTest) -> None:
    booking_id = service.book().booking.booking_id
    service.deliver(opened(booking_id))
    service.pass_time(minutes=16)

    service.deliver(authorized(booking_id))

    assert service.stored(booking_id).status == "PENDING_APPROVAL"


def test_late_money_does_not_revive_a_booking(service: BookingsUnderTest) -> None:
    booking_id = service.book().booking.booking_id
    service.pass_time(hours=1)
    service.tick(apply_due_deadline)

    outcomes = service.deliver(opened(booking_id), authorized(booking_id), captured(booking_id))

    assert {outcome.disposition for outcome in outcomes} == {Disposition.APPLIED}
    assert service.events(booking_id) == ["BookingHeld", "BookingExpired", "PaymentTurnedAway"]
    assert service.stored(booking_id).payment_status == "CAPTURED"


def test_an_undecided_booking_expires_at_its_deadline(service: BookingsUnderTest) -> None:
    service.at(datetime(2030, 6, 8, 10, 0, tzinfo=UTC))
    booking_id = awaiting(service)
    deadline = service.stored(booking_id).approval_deadline_at
    service.at(deadline - timedelta(seconds=1))
    assert list(iter(lambda: service.tick(apply_due_deadline), False)), "staff are told that it waits for them"
    assert service.stored(booking_id).status == "PENDING_APPROVAL"

    service.at(deadline)
    assert service.tick(apply_due_deadline)

    booking = service.ask(GetBooking(**about(booking_id)))
    assert (booking.status, booking.expiry_reason) == (BookingStatus.EXPIRED, "APPROVAL_TIMEOUT")
    assert refused(service, ApproveBooking(**about(booking_id))) == "BOOKING_ENDED"


def test_a_draft_is_priced_and_submitted_or_expires(service: BookingsUnderTest) -> None:
    created = service.book(draft=True)
    booking_id = created.booking.booking_id
    assert service.rooms.asks[0].price_only
    assert created.booking.status is BookingStatus.DRAFT

    submitted = service.ask(SubmitBooking(**about(booking_id)), guest_of(created))
    again = service.ask(SubmitBooking(**about(booking_id)), guest_of(created))

    assert submitted.status is BookingStatus.PENDING_PAYMENT
    assert again == submitted
    assert service.rooms.kinds() == ["HoldInventory", "HoldInventory"]
    other = service.book(draft=True).booking.booking_id
    service.pass_time(days=7)
    while service.tick(apply_due_deadline):
        pass
    assert service.stored(other).expiry_reason == "DRAFT_ABANDONED"


def test_a_draft_for_a_sold_out_hotel_stays_a_draft(service: BookingsUnderTest) -> None:
    created = service.book(draft=True)
    service.rooms.instead[HoldInventory] = Refusal("SOLD_OUT", "Sold out.")

    assert refused(service, SubmitBooking(**about(created.booking.booking_id)), guest_of(created)) == "SOLD_OUT"

    stored = service.stored(created.booking.booking_id)
    assert (stored.status, stored.pending, stored.version) == ("DRAFT", None, 1)


def test_staff_book_without_a_card_in_one_transaction(service: BookingsUnderTest) -> None:
    booking = service.booked_by_staff()

    assert (booking.status, booking.confirmed_by, booking.paid_at) == (BookingStatus.CONFIRMED, ANNA, None)
    assert (booking.balance_due, booking.source, booking.is_new_for_staff) == (eur(34880), "staff", False)
    assert service.events(booking.booking_id) == ["BookingHeld", "BookingConfirmed"]
    assert service.row("SELECT count(DISTINCT xmin::text) AS n FROM outbox").n == 1


def test_a_guest_cancels_before_paying_and_owes_nothing(service: BookingsUnderTest) -> None:
    created = service.book()
    command = CancelBooking(**about(created.booking.booking_id, reason="Changed plans"))

    cancelled = service.ask(command, guest_of(created))
    service.pass_time(minutes=1)
    again = service.ask(command, guest_of(created))

    assert again.cancelled_at == cancelled.cancelled_at
    assert (cancelled.cancellation_fee, cancelled.refund_amount, cancelled.refund_status) == (eur(0), eur(0), None)
    assert cancelled.cancelled_by.kind == "guest"
    assert service.events(created.booking.booking_id) == ["BookingHeld", "BookingCancelled"]


def test_a_late_cancellation_keeps_the_fee_and_refunds_the_rest(service: BookingsUnderTest) -> None:
    booking_id = confirmed(service)
    service.at(ARRIVES)
    preview = service.ask(GetBooking(**about(booking_id))).cancellation_preview

    cancelled = service.ask(CancelBooking(**about(booking_id)))

    assert (cancelled.cancellation_fee, cancelled.refund_amount) == (eur(13080), eur(21800))
    assert (preview.fee_amount, preview.refund_amount) == (cancelled.cancellation_fee, cancelled.refund_amount)
    assert cancelled.refund_status == "PENDING"
    service.deliver(RefundFailed(**paid(booking_id), amount=eur(21800), reason_code="lost_card", failed_at=NOW))
    assert service.stored(booking_id).refund_status == "FAILED"
    refund = PaymentRefunded(
        **paid(booking_id), refund_id="re_1", amount=eur(21800), refunded_total=eur(21800), refunded_at=NOW
    )
    service.deliver(refund, refund)
    stored = service.stored(booking_id)
    assert (stored.refund_status, stored.refunded, stored.payment_status) == ("SUCCEEDED", 21800, "PARTIALLY_REFUNDED")
    assert service.events(booking_id)[-3:] == ["BookingCancelled", "BookingRefundFailed", "BookingRefunded"]


def test_a_cancelled_authorised_booking_pays_the_fee_only(service: BookingsUnderTest) -> None:
    service.rooms.held = held(policy=CancellationPolicy(kind="NON_REFUNDABLE"))
    booking_id = awaiting(service)

    cancelled = service.ask(CancelBooking(**about(booking_id)))
    service.deliver(CancellationFeeCaptured(**paid(booking_id), amount=eur(34880), captured_at=NOW))

    assert (cancelled.cancellation_fee, cancelled.refund_amount, cancelled.balance_due) == (eur(34880), eur(0), eur(0))
    stored = service.stored(booking_id)
    assert (stored.payment_status, stored.captured, stored.status) == ("CAPTURED", 34880, "CANCELLED")


def test_a_room_is_unassigned(service: BookingsUnderTest) -> None:
    booking_id = service.booked_by_staff().booking_id
    service.ask(AssignRoom(**about(booking_id, room_number="101", notes="quiet")))
    service.ask(AssignRoom(**about(booking_id, room_number="102")))

    freed = service.ask(UnassignRoom(**about(booking_id)))
    again = service.ask(UnassignRoom(**about(booking_id)))

    assert freed.assigned_room_number is None
    assert again == freed
    assert service.rooms.kinds() == ["HoldInventory", "GiveRoom", "GiveRoom", "TakeRoomBack"]
    data = service.row("SELECT data FROM outbox WHERE type LIKE '%RoomAssigned%' ORDER BY position DESC").data
    assert data["previous_room_number"] == "101"


@pytest.mark.parametrize("ask", [GiveRoom, MoveIn, MoveOut])
def test_an_action_refused_by_rooms_changes_nothing(service: BookingsUnderTest, ask: type[Any]) -> None:
    booking_id = service.booked_by_staff().booking_id
    service.at(ARRIVES)
    commands = {
        GiveRoom: AssignRoom(**about(booking_id, room_number="101")),
        MoveIn: CheckIn(**about(booking_id)),
        MoveOut: CheckOut(**about(booking_id)),
    }
    for earlier, command in commands.items():
        if earlier is ask:
            break
        service.ask(command)
    service.rooms.instead[ask] = Refusal("ROOM_NOT_READY", "Not ready.")
    version = service.stored(booking_id).version

    assert refused(service, commands[ask]) == "ROOM_NOT_READY"

    stored = service.stored(booking_id)
    assert (stored.pending, stored.action_due_at, stored.version) == (None, None, version)
    del service.rooms.instead[ask]
    assert service.ask(commands[ask]).version == version + 1


def test_a_check_out_without_a_check_in_has_its_documented_message(service: BookingsUnderTest) -> None:
    booking_id = service.booked_by_staff().booking_id

    assert refused(service, CheckOut(**about(booking_id))) == "NOT_CHECKED_IN"
    assert refused(service, CheckOut(**about("BK-2030-NOSUCH"))) == "BOOKING_NOT_FOUND"


def test_a_booking_is_not_stored_when_rooms_does_not_answer(service: BookingsUnderTest) -> None:
    service.rooms.instead[HoldInventory] = Unavailable("rooms is away")

    with pytest.raises(Unavailable):
        service.book()

    assert service.row("SELECT count(*) AS n FROM booking").n == 0


def test_the_events_of_a_booking_carry_no_personal_data(service: BookingsUnderTest) -> None:
    created: CreatedBooking = service.book()
    service.ask(CancelBooking(**about(created.booking.booking_id, reason="My sister Ada is ill")), guest_of(created))

    published = "".join(row.data for row in service.rows("SELECT data::text AS data FROM outbox"))

    for secret in ("Ada", "Lovelace", "ada@example.com", "+353", created.guest_token):
        assert secret not in published
    assert GUEST.guest_token
    assert CHECK_IN.isoformat() in published
