"""The lifecycle of a booking, from creation to check-out, and the commands that a status refuses."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chassis.refusal import Refusal, Unavailable
from contracts.bookings.approval import ApproveBooking, DeclineBooking
from contracts.bookings.asks import CancelBooking
from contracts.bookings.queries import GetBooking, GetTimeline
from contracts.bookings.status import BookingStatus
from contracts.bookings.stays import AssignRoom, CheckIn, CheckOut, MoveRoom, UnassignRoom
from contracts.bookings.views import CreatedBooking
from contracts.payments.events import PaymentCaptureFailed, PaymentVoided
from contracts.rooms.assignments import GiveRoom
from contracts.rooms.holds import HoldInventory
from contracts.rooms.occupancy import MoveIn, MoveOut
from contracts.values import HotelSettings
from services.bookings.handlers.timers import apply_due_deadline
from tests.interface.bookings.service_under_test import BookingsUnderTest, guest_of
from tests.interface.bookings.steps import ARRIVES, about, authorized, awaiting, captured, opened, paid, refused
from tests.unit.bookings.builders import ANNA, CHECK_IN, GUEST, NOW, eur, held


def test_a_booking_goes_from_creation_to_check_out(service: BookingsUnderTest) -> None:
    created = service.book()
    booking_id = created.booking.booking_id
    assert created.booking.status is BookingStatus.PENDING_PAYMENT
    assert created.booking.expires_at == NOW + timedelta(minutes=5)
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


def test_staff_book_without_a_card_in_one_transaction(service: BookingsUnderTest) -> None:
    booking = service.booked_by_staff()

    assert (booking.status, booking.confirmed_by, booking.paid_at) == (BookingStatus.CONFIRMED, ANNA, None)
    assert (booking.balance_due, booking.source, booking.is_new_for_staff) == (eur(34880), "staff", False)
    assert service.events(booking.booking_id) == ["BookingHeld", "BookingConfirmed"]
    assert service.row("SELECT count(DISTINCT xmin::text) AS n FROM outbox").n == 1


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
