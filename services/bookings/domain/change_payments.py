"""The payment of a change that is paid first. Its money is the booking's once the change is applied, and not before.

The booking accepts a payment while the change waits, so that each captured payment has a change to pay for; a payment
for a change that waits no longer is returned whole.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from contracts.bookings.balance import BalancePaymentAccepted
from contracts.bookings.events import BookingEvent
from contracts.bookings.refunds import BookingRefundFailed
from contracts.bookings.status import BookingStatus
from contracts.bookings.stay_changes import ChangeLapse
from contracts.payments.events import PaymentAuthorized, PaymentCaptured, PaymentEvent, PaymentRefunded, RefundFailed
from services.bookings.domain import change_withdrawals, refunds
from services.bookings.domain.booking import Booking, Charge
from services.bookings.domain.pending_change import PendingChange


def is_the_bookings(booking: Booking, event: PaymentEvent) -> bool:
    """Whether the payment's change was applied, so that its money is the booking's."""
    return any(charge.payment_id == event.payment_id for charge in booking.charges)


def authorized(booking: Booking, event: PaymentAuthorized, *, now: datetime) -> Sequence[BookingEvent]:
    """Accept the payment of exactly the amount of the change that waits; refuse any other."""
    change = booking.pending_change
    if is_the_bookings(booking, event) or _pays(change, event):
        return ()
    waits = change and change.id == event.change_id and change.payment_id is None
    if not (change and waits and event.amount == change.amount and booking.status is BookingStatus.CONFIRMED):
        return (change_withdrawals.refused(booking, event.payment_id, event.amount, now=now),)
    return (
        BalancePaymentAccepted(
            **booking.about,
            payment_id=event.payment_id,
            amount=event.amount,
            balance_due=booking.zero_if_none(booking.balance_due),
            accepted_at=now,
            change_id=change.id,
        ),
    )


def captured(booking: Booking, event: PaymentCaptured, *, now: datetime) -> PendingChange | None:
    """The change that waits, paid by this capture; None where the payment is not for it, or is recorded already."""
    change = booking.pending_change
    if change is None or not _pays(change, event) or change.paid_at:
        return None
    return replace(change, captured=event.amount, paid_at=now)


def not_taken(booking: Booking, event: PaymentEvent, *, now: datetime) -> Sequence[BookingEvent]:
    """The events that end the change whose accepted payment was not captured; none for any other payment."""
    change = booking.pending_change
    if change is None or not _pays(change, event) or change.paid_at:
        return ()
    return change_withdrawals.lapsed(booking, ChangeLapse.PAYMENT_FAILED, now=now)


def refund_failed(booking: Booking, event: RefundFailed) -> Sequence[BookingEvent]:
    """Return `BookingRefundFailed`: the money of a change that was not made could not be returned."""
    return (
        BookingRefundFailed(
            **booking.about,
            payment_id=event.payment_id,
            of_change=True,
            amount=event.amount,
            reason_code=event.reason_code,
            failed_at=event.failed_at,
        ),
    )


def returned(booking: Booking, event: PaymentRefunded) -> dict[str, Any]:
    """The fields that change once such money was returned."""
    left = refunds.succeeded(booking, event.payment_id)
    return {"failed_refunds": left, "refund_status": refunds.status(replace(booking, failed_refunds=left))}


def with_payment(booking: Booking) -> Booking:
    """The booking whose change is applied: the captured money is the booking's, and no change waits."""
    change = booking.pending_change
    if change is None or change.payment_id is None or change.captured is None:
        raise ValueError(f"{booking.id} has no change that was paid")
    charge = Charge(payment_id=change.payment_id, amount=change.captured, refunded=booking.nothing, taken=True)
    sums: dict[str, Any] = {"captured": booking.zero_if_none(booking.captured) + change.captured}
    return replace(booking, **sums, charges=(*booking.charges, charge), pending_change=None)


def _pays(change: PendingChange | None, event: PaymentEvent) -> bool:
    return change is not None and change.payment_id == event.payment_id
