"""The effect of each balance event on a booking."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from contracts.bookings.balance import (
    BalancePaid,
    BalancePaymentAccepted,
    BalancePaymentFailed,
    BalancePaymentRefused,
    BalanceSettled,
)
from contracts.bookings.events import BookingEvent
from services.bookings.domain.booking import Booking, Charge

Changes = dict[str, Any]


def _accepted(booking: Booking, event: BalancePaymentAccepted) -> Changes:
    charge = Charge(payment_id=event.payment_id, amount=event.amount, refunded=booking.nothing)
    return {"balance_due": event.balance_due, "charges": (*booking.charges, charge)}


def _refused(_: Booking, __: BalancePaymentRefused) -> Changes:
    return {}


def _paid(booking: Booking, event: BalancePaid) -> Changes:
    charges = tuple(
        replace(charge, taken=True) if charge.payment_id == event.payment_id else charge for charge in booking.charges
    )
    return {"captured": (booking.captured or booking.nothing) + event.amount, "charges": charges}


def _failed(booking: Booking, event: BalancePaymentFailed) -> Changes:
    left = tuple(charge for charge in booking.charges if charge.payment_id != event.payment_id)
    return {"balance_due": event.balance_due, "charges": left}


def _settled(booking: Booking, event: BalanceSettled) -> Changes:
    return {"balance_due": event.balance_due, "settled": (booking.settled or booking.nothing) + event.amount}


EFFECTS: dict[type[BookingEvent], Callable[[Booking, Any], Changes]] = {
    BalancePaymentAccepted: _accepted,
    BalancePaymentRefused: _refused,
    BalancePaid: _paid,
    BalancePaymentFailed: _failed,
    BalanceSettled: _settled,
}
