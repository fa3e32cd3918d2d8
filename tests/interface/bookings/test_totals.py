"""Bookings with a total of zero, and totals that no card can take, from creation to the stay's end."""

from datetime import timedelta

import pytest

from chassis.refusal import Refusal
from contracts.bookings.approval import ApproveBooking, ConfirmBooking, DeclineBooking
from contracts.bookings.asks import CancelBooking, SubmitBooking
from contracts.bookings.extensions import ExtendBooking
from contracts.bookings.queries import GetPayable
from contracts.bookings.status import BookingStatus
from contracts.bookings.stays import AssignRoom, CheckIn
from contracts.rooms.holds import HoldInventory
from contracts.values import HotelSettings, Money
from services.bookings.handlers.timers import apply_due_deadline
from tests.interface.bookings.service_under_test import BookingsUnderTest, guest_of
from tests.interface.bookings.steps import ARRIVES, about, refused
from tests.unit.bookings.builders import ANNA, NOW, a_card, a_price, held, one_more_night
from tests.unit.bookings.test_totals import price_of

FREE = held(price=price_of(0))
Status = BookingStatus


@pytest.mark.parametrize("currency", ["EUR", "JPY"])
def test_a_free_booking_awaits_approval_and_an_approval_confirms_the_booking_at_once(
    service: BookingsUnderTest, currency: str
) -> None:
    service.rooms.held = held(price=price_of(0, currency), hotel=a_card(currency=currency))
    created = service.book()
    booking_id, booking = created.booking.booking_id, created.booking

    approved = service.ask(ApproveBooking(**about(booking_id)))
    again = service.ask(ApproveBooking(**about(booking_id)))

    assert (booking.status, booking.payment_status) == (Status.PENDING_APPROVAL, "NOT_REQUIRED")
    assert (booking.expires_at, booking.payment_authorized_at) == (None, None)
    assert booking.approval_deadline_at is not None
    assert (approved.status, approved.payment_status, approved.paid_at) == (Status.CONFIRMED, "NOT_REQUIRED", None)
    assert (approved.balance_due, approved.confirmed_by) == (Money(0, currency), ANNA)
    assert again == approved
    names = ["BookingHeld", "PaymentNotRequired", "BookingApproved", "BookingConfirmed"]
    assert service.events(booking_id) == names
    trail = service.rows(
        "SELECT what, by ->> 'kind' AS kind FROM audit WHERE subject = :id ORDER BY sequence", id=booking_id
    )
    assert [(row.what, row.kind) for row in trail] == list(
        zip(names, ("guest", "system", "staff", "staff"), strict=True)
    )


def test_a_free_booking_is_confirmed_at_once_where_no_approval_is_required(service: BookingsUnderTest) -> None:
    service.rooms.held = held(price=price_of(0), settings=HotelSettings(approval_required=False))

    booking = service.book().booking

    assert (booking.status, booking.payment_status) == (Status.CONFIRMED, "NOT_REQUIRED")
    assert booking.confirmed_by is not None
    assert booking.confirmed_by.kind == "system"
    assert service.events(booking.booking_id) == ["BookingHeld", "BookingConfirmed"]


def test_a_free_draft_awaits_approval_once_submitted(service: BookingsUnderTest) -> None:
    service.rooms.held = FREE
    created = service.book(draft=True)
    booking_id = created.booking.booking_id

    submitted = service.ask(SubmitBooking(**about(booking_id)), guest_of(created))
    again = service.ask(SubmitBooking(**about(booking_id)), guest_of(created))

    assert (created.booking.status, created.booking.payment_status) == (Status.DRAFT, "NOT_REQUIRED")
    assert (submitted.status, submitted.payment_status) == (Status.PENDING_APPROVAL, "NOT_REQUIRED")
    assert again == submitted
    assert service.rooms.kinds() == ["HoldInventory", "HoldInventory"]


def test_a_free_booking_has_nothing_to_pay_and_no_payment_page(service: BookingsUnderTest) -> None:
    service.rooms.held = FREE
    booking = service.book().booking

    assert not service.ask(GetPayable(**about(booking.booking_id))).payable
    assert not booking.can_pay


def test_a_free_booking_is_declined_and_cancelled_without_a_fee_and_expires_at_its_deadline(
    service: BookingsUnderTest,
) -> None:
    service.rooms.held = FREE
    declined, cancelled, expired = (service.book() for _ in range(3))
    deadline = expired.booking.approval_deadline_at
    assert deadline is not None

    service.ask(DeclineBooking(**about(declined.booking.booking_id)))
    ended = service.ask(CancelBooking(**about(cancelled.booking.booking_id)), guest_of(cancelled))
    service.at(deadline)
    while service.tick(apply_due_deadline):
        pass

    assert service.stored(declined.booking.booking_id).status == "DECLINED"
    assert (ended.status, ended.cancellation_fee, ended.refund_amount) == (
        Status.CANCELLED, Money(0, "EUR"), Money(0, "EUR"),
    )  # fmt: skip
    row = service.stored(expired.booking.booking_id)
    assert (row.status, row.expiry_reason) == ("EXPIRED", "APPROVAL_TIMEOUT")


def test_staff_are_alerted_to_a_free_booking_that_waits_too_long(service: BookingsUnderTest) -> None:
    service.rooms.held = FREE
    booking_id = service.book().booking.booking_id

    service.at(NOW + timedelta(minutes=31))
    assert service.tick(apply_due_deadline)

    [alert] = service.rows("SELECT data FROM outbox WHERE subject = :id", id=f"approval/{booking_id}")
    assert alert.data["urgency"] == "OVERDUE"


def test_a_free_booking_is_approved_or_expires_and_never_both(service: BookingsUnderTest) -> None:
    service.rooms.held = FREE
    booking = service.book().booking
    assert booking.approval_deadline_at is not None
    service.at(booking.approval_deadline_at)

    assert refused(service, ApproveBooking(**about(booking.booking_id))) == "ILLEGAL_TRANSITION"
    assert refused(service, ConfirmBooking(**about(booking.booking_id))) == "ILLEGAL_TRANSITION"


def test_the_rooms_service_judges_the_total_only_of_a_booking_by_card(service: BookingsUnderTest) -> None:
    service.book()
    service.book(draft=True)
    service.booked_by_staff()

    assert [ask.by_card for ask in service.rooms.asks if isinstance(ask, HoldInventory)] == [True, True, False]


def test_a_refused_total_stores_no_booking(service: BookingsUnderTest) -> None:
    service.rooms.instead[HoldInventory] = Refusal("TOTAL_BELOW_MINIMUM", "Too small.")

    with pytest.raises(Refusal, match="Too small"):
        service.book()

    assert service.rows("SELECT id FROM booking") == []


@pytest.mark.parametrize(("total", "currency"), [(49, "EUR"), (49, "JPY"), (100_000_000, "EUR")])
def test_a_draft_that_no_card_can_take_is_refused_before_nights_are_held(
    service: BookingsUnderTest, total: int, currency: str
) -> None:
    service.rooms.held = held(price=price_of(total, currency), hotel=a_card(currency=currency))
    created = service.book(draft=True)
    code = "TOTAL_BELOW_MINIMUM" if total < 50 else "TOTAL_ABOVE_MAXIMUM"

    assert refused(service, SubmitBooking(**about(created.booking.booking_id)), guest_of(created)) == code

    assert service.rooms.kinds() == ["HoldInventory"]
    assert service.stored(created.booking.booking_id).pending is None


def test_staff_book_a_total_below_the_smallest_charge_without_a_card(service: BookingsUnderTest) -> None:
    service.rooms.held = held(price=price_of(49))

    booking = service.booked_by_staff()

    assert (booking.status, booking.balance_due, booking.payment_status) == (Status.CONFIRMED, Money(49, "EUR"), "NONE")
    free = held(price=price_of(0))
    service.rooms.held = free
    assert service.booked_by_staff().payment_status == "NOT_REQUIRED"


@pytest.mark.parametrize(("added", "payable"), [(49, False), (50, True)])
def test_an_extension_below_the_smallest_charge_is_owed_at_the_desk(
    service: BookingsUnderTest, added: int, *, payable: bool
) -> None:
    service.rooms.held = FREE
    created = service.booked_by_staff()
    service.ask(AssignRoom(**about(created.booking_id), room_number="101"))
    service.at(ARRIVES)
    service.ask(CheckIn(**about(created.booking_id)))
    amount = Money(added, "EUR")
    service.rooms.added = one_more_night(nights=(amount,), subtotal=amount, tax=Money(0, "EUR"), total=amount)

    extended = service.ask(ExtendBooking(**about(created.booking_id), add_nights=1))

    assert extended.balance_due == amount
    assert extended.can_pay is payable
    assert service.ask(GetPayable(**about(created.booking_id))).payable is payable


def test_a_free_stay_of_one_night_has_lines_that_add_up_to_zero(service: BookingsUnderTest) -> None:
    whole, nothing = Money(10000, "EUR"), Money(0, "EUR")
    service.rooms.held = held(
        price=a_price(nights=(whole,), subtotal=whole, discount=whole, tax=nothing, total=nothing, promo_code="FREE100")
    )

    lines = service.book().booking.pricing

    assert lines is not None
    assert (lines.subtotal, lines.discount, lines.taxes, lines.total) == (whole, whole, nothing, nothing)
