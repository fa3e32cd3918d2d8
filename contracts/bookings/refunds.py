"""Refunds of a booking: the command that retries a failed refund, and the events."""

from datetime import datetime

from contracts.bookings.asks import BookingCommand
from contracts.bookings.events import BookingEvent, MailedEvent
from contracts.values import Actor, Money


class RetryRefund(BookingCommand):
    """Request a failed refund again; a pending refund does not change. Refused `NO_FAILED_REFUND`."""


class BookingRefunded(MailedEvent):
    """The provider refunded money to the guest.

    `waived` is the part that the hotel had not promised, because staff made the refund on the provider's pages: the
    guest need not pay it again. None for a booking that was called off, and where nothing is waived.
    """

    amount: Money
    refund_reference: str
    refunded_at: datetime
    payment_id: str = ""
    waived: Money | None = None


class BookingRefundFailed(BookingEvent):
    """A refund failed; staff must act. `refunded_total` is the amount refunded so far.

    `of_change` means money of a change that was not made. `retriable` is False where staff made the refund on the
    provider's pages and the hotel keeps the money. Where such a refund had succeeded before, `waived` is negative; of a
    booking that was called off, `balance_due` is what the guest owes now. Both are None where they do not change.
    """

    amount: Money
    reason_code: str
    failed_at: datetime
    refunded_total: Money | None = None
    payment_id: str = ""
    of_change: bool = False
    retriable: bool = True
    waived: Money | None = None
    balance_due: Money | None = None


class BookingRefundRetried(BookingEvent):
    """Staff retried a failed refund: the amount still to be refunded is requested again."""

    retried_at: datetime
    retried_by: Actor
