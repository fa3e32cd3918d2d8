"""A cancellation before check-in: its fee and its refund by the state of the payment."""

from contracts.bookings.asks import CancelBooking
from contracts.bookings.queries import GetBooking
from contracts.payments.events import CancellationFeeCaptured, PaymentRefunded, RefundFailed
from contracts.values import CancellationPolicy
from tests.interface.bookings.service_under_test import BookingsUnderTest, guest_of
from tests.interface.bookings.steps import ARRIVES, about, awaiting, confirmed, paid
from tests.unit.bookings.builders import NOW, eur, held


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
