"""Refunds of a booking: the command that retries a failed refund, and the events."""

from datetime import datetime

from contracts.bookings.asks import BookingCommand
from contracts.bookings.events import BookingEvent, MailedEvent
from contracts.values import Actor, Money


class RetryRefund(BookingCommand):
    """Request a failed refund again; a pending refund does not change. Refused `NO_FAILED_REFUND`."""


class BookingRefunded(MailedEvent):
    """The provider refunded money to the guest."""

    amount: Money
    refund_reference: str
    refunded_at: datetime


class BookingRefundFailed(BookingEvent):
    """A refund failed; staff must act. `refunded_total` is the amount refunded so far."""

    amount: Money
    reason_code: str
    failed_at: datetime
    refunded_total: Money | None = None


class BookingRefundRetried(BookingEvent):
    """Staff retried a failed refund: the amount still to be refunded is requested again."""

    retried_at: datetime
    retried_by: Actor
