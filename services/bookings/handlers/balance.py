"""Payments at the front desk that reduce the balance due, recorded by staff."""

from contracts.bookings.balance import SettleBalance
from contracts.bookings.views import BookingDetail
from services.bookings.domain import balance
from services.bookings.steps import pending_actions
from services.bookings.steps.booking_access import locked
from services.bookings.steps.replies import booking_detail
from services.bookings.work import BookingsWork


def settle_balance(command: SettleBalance, work: BookingsWork) -> BookingDetail:
    """Record a payment at the desk. Refused `VALIDATION_ERROR`, `ILLEGAL_TRANSITION`."""
    booking = locked(work, command)
    events = balance.settle(booking, command, by=work.caller.actor, now=work.now)
    if events:
        pending_actions.require_none(booking)
    return booking_detail(work, work.record(booking, events, by=work.caller.actor, why=command.note))
