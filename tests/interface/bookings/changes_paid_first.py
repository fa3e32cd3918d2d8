"""Bookings with a change that waits for its payment, and the events of that payment."""

from datetime import timedelta
from typing import Any

from contracts.bookings.approval import ApproveBooking
from contracts.bookings.stay_changes import ChangeBooking, RequestedChange
from contracts.bookings.views import BookingDetail, CreatedBooking
from contracts.payments.events import (
    PaymentAuthorized,
    PaymentCaptured,
    PaymentCaptureFailed,
    PaymentPurpose,
    PaymentSessionExpired,
    PaymentSessionOpened,
    PaymentVoided,
)
from tests.interface.bookings.service_under_test import BookingsUnderTest, guest_of
from tests.interface.bookings.steps import about, authorized, captured, opened
from tests.unit.bookings.builders import CHECK_OUT, NOW, eur

NIGHT = timedelta(days=1)
OLD, DIFFERENCE = 34880, 10900
PAYMENT = "pay-2"


def confirmed(service: BookingsUnderTest) -> CreatedBooking:
    """A booking that its guest has paid."""
    created = service.book()
    booking_id = created.booking.booking_id
    service.deliver(opened(booking_id), authorized(booking_id))
    service.ask(ApproveBooking(**about(booking_id)))
    service.deliver(captured(booking_id))
    return created


def longer(created: CreatedBooking, nights: int = 1, **more: Any) -> ChangeBooking:
    change = RequestedChange(check_out=CHECK_OUT + nights * NIGHT)
    return ChangeBooking(**about(created.booking.booking_id, **{"change": change, "pays_first": True, **more}))


def held(service: BookingsUnderTest, created: CreatedBooking, nights: int = 1) -> str:
    """The id of the guest's change, which waits."""
    detail: BookingDetail = service.ask(longer(created, nights), guest_of(created))
    assert detail.pending_change
    return detail.pending_change.change_id


def waiting(service: BookingsUnderTest) -> tuple[CreatedBooking, str]:
    created = confirmed(service)
    return created, held(service, created)


def of_change(created: CreatedBooking, payment_id: str = PAYMENT) -> dict[str, Any]:
    return about(created.booking.booking_id, payment_id=payment_id, purpose=PaymentPurpose.CHANGE)


def page_opened(created: CreatedBooking) -> PaymentSessionOpened:
    times = {"opened_at": NOW, "expires_at": NOW + timedelta(minutes=15)}
    return PaymentSessionOpened(**of_change(created), session_id="cs_2", amount=eur(DIFFERENCE), **times)


def page_closed(created: CreatedBooking) -> PaymentSessionExpired:
    return PaymentSessionExpired(**of_change(created), session_id="cs_2")


def change_authorized(
    created: CreatedBooking, change_id: str, *, amount: int = DIFFERENCE, payment_id: str = PAYMENT
) -> PaymentAuthorized:
    return PaymentAuthorized(
        **of_change(created, payment_id),
        payment_intent_id="pi_2",
        amount=eur(amount),
        authorized_at=NOW,
        change_id=change_id,
    )


def change_captured(created: CreatedBooking, amount: int = DIFFERENCE) -> PaymentCaptured:
    return PaymentCaptured(**of_change(created), payment_intent_id="pi_2", amount=eur(amount), captured_at=NOW)


def capture_failed(created: CreatedBooking) -> PaymentCaptureFailed:
    return PaymentCaptureFailed(**of_change(created), reason_code="card_declined", failed_at=NOW)


def voided(created: CreatedBooking) -> PaymentVoided:
    return PaymentVoided(**of_change(created), amount=eur(DIFFERENCE), voided_at=NOW)


def events_after_held(service: BookingsUnderTest, created: CreatedBooking) -> list[str]:
    names = service.events(created.booking.booking_id)
    return names[names.index("StayChangeHeld") + 1 :]


def equation(service: BookingsUnderTest, created: CreatedBooking) -> None:
    """Captured + settled - refunded + balance due = total + fees - waived, from the stored row alone."""
    row = service.stored(created.booking.booking_id)
    has = (row.captured or 0) + (row.settled or 0) - (row.refunded or 0) + (row.balance_due or 0)
    promised = (row.refund_amount or 0) - (row.refunded or 0)
    total = 0 if row.status in ("CANCELLED", "NO_SHOW") else row.total_amount
    assert has - promised == total + (row.cancellation_fee or 0) + (row.change_fees or 0) - (row.waived or 0)
