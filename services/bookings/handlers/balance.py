"""Payments and refunds at the desk."""

from contracts.bookings.balance import RefundAtDesk, SettleBalance
from contracts.bookings.views import BookingDetail
from services.bookings.domain import balance
from services.bookings.steps.booking_access import locked
from services.bookings.steps.pending_actions import record_alone
from services.bookings.work import BookingsWork


def settle_balance(command: SettleBalance, work: BookingsWork) -> BookingDetail:
    """Record a payment at the desk. Refused `VALIDATION_ERROR`, `ILLEGAL_TRANSITION`."""
    booking = locked(work, command)
    events = balance.settle(booking, command, by=work.caller.actor, now=work.now)
    return record_alone(work, booking, events, remark=command.note)


def refund_at_desk(command: RefundAtDesk, work: BookingsWork) -> BookingDetail:
    """Record that the desk gave money back. Refused `VALIDATION_ERROR`."""
    booking = locked(work, command)
    events = balance.refund_at_desk(booking, command, by=work.caller.actor, now=work.now)
    return record_alone(work, booking, events, remark=command.note)
