"""What is owed beyond the booking's own payment: paid by card, settled at the desk, and what then comes too late.

The booking decides on each card payment while it is only authorised. So what is taken was owed, whatever was settled,
cancelled or paid elsewhere meanwhile.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from chassis.refusal import Refusal
from contracts.bookings import (
    BalancePaid,
    BalancePaymentAccepted,
    BalancePaymentFailed,
    BalancePaymentRefused,
    BalanceSettled,
    BookingEvent,
    BookingStatus,
    SettleBalance,
)
from contracts.payments import (
    CancellationFeeCaptured,
    PaymentAuthorized,
    PaymentCaptured,
    PaymentCaptureFailed,
    PaymentRefunded,
    PaymentVoided,
    RefundFailed,
)
from contracts.values import Actor, Money, from_major, rounded
from services.bookings.domain.booking import Booking, Charge
from services.bookings.lifecycle import LIFECYCLE

Fact = TypeVar("Fact", PaymentRefunded, RefundFailed)

NOTHING_OWED = "NOTHING_OWED"
AMOUNT_DIFFERS = "AMOUNT_DIFFERS"
PAYS = frozenset({BookingStatus.IN_HOUSE, BookingStatus.COMPLETED})


def owed(booking: Booking) -> Money:
    """What is still to be paid."""
    return booking.balance_due or booking.nothing


def authorized(booking: Booking, fact: PaymentAuthorized, *, now: datetime) -> Sequence[BookingEvent]:
    """Yes to what is owed by a guest in house or one who has left; no to anything else."""
    if charge_of(booking, fact.payment_id):
        return ()
    due = owed(booking)
    if booking.status in PAYS and fact.amount.currency == due.currency and fact.amount <= due:
        return (
            BalancePaymentAccepted(
                booking_id=booking.id,
                hotel=booking.hotel,
                payment_id=fact.payment_id,
                amount=fact.amount,
                balance_due=due - fact.amount,
                accepted_at=now,
            ),
        )
    return (
        BalancePaymentRefused(
            booking_id=booking.id,
            hotel=booking.hotel,
            payment_id=fact.payment_id,
            amount=fact.amount,
            balance_due=due,
            reason_code=AMOUNT_DIFFERS if due and booking.status in PAYS else NOTHING_OWED,
            refused_at=now,
        ),
    )


def captured(booking: Booking, fact: PaymentCaptured) -> Sequence[BookingEvent]:
    """The money is there."""
    charge = charge_of(booking, fact.payment_id)
    if charge is None or charge.taken:
        return ()
    return (
        BalancePaid(
            booking_id=booking.id,
            hotel=booking.hotel,
            payment_id=fact.payment_id,
            amount=fact.amount,
            balance_due=owed(booking),
            paid_at=fact.captured_at,
        ),
    )


def not_taken(booking: Booking, fact: PaymentCaptureFailed | PaymentVoided, *, now: datetime) -> Sequence[BookingEvent]:
    """The accepted money cannot be taken: it is owed again, as far as a stay that was called off owes anything."""
    charge = charge_of(booking, fact.payment_id)
    if charge is None or charge.taken:
        return ()
    return (
        BalancePaymentFailed(
            booking_id=booking.id,
            hotel=booking.hotel,
            payment_id=fact.payment_id,
            amount=charge.amount,
            balance_due=_without(booking, charge),
            reason_code=fact.reason_code if isinstance(fact, PaymentCaptureFailed) else "VOIDED",
            failed_at=now,
        ),
    )


def settle(booking: Booking, command: SettleBalance, *, by: Actor, now: datetime) -> Sequence[BookingEvent]:
    """The guest has paid at the desk; nothing to do where nothing is owed. Refused `VALIDATION_ERROR`."""
    due = owed(booking)
    amount = due if command.amount is None else _amount(command.amount, due)
    if not amount:
        return ()
    if not LIFECYCLE.allows(booking.status, BalanceSettled):
        raise Refusal("ILLEGAL_TRANSITION", f"Nothing is settled at the desk while it is {booking.status}.")
    return (
        BalanceSettled(
            booking_id=booking.id,
            hotel=booking.hotel,
            amount=amount,
            balance_due=due - amount,
            settled_at=now,
            settled_by=by,
        ),
    )


def charge_of(booking: Booking, payment_id: str) -> Charge | None:
    """The card payment towards the balance, where it was accepted."""
    return next((charge for charge in booking.charges if charge.payment_id == payment_id), None)


def with_fee(booking: Booking, fact: CancellationFeeCaptured) -> dict[str, object]:
    """What a payment that was still being taken when the stay was called off leaves: only the fee's part of it."""
    charges = tuple(
        replace(charge, amount=fact.amount, taken=True) if charge.payment_id == fact.payment_id else charge
        for charge in booking.charges
    )
    return {"captured": (booking.captured or booking.nothing) + fact.amount, "charges": charges}


def over_all(booking: Booking, fact: Fact) -> Fact:
    """The fact with the refunds of all the booking's payments counted in its total, which is of one payment alone."""
    if fact.refunded_total is None:
        return fact
    of_charges = sum((charge.refunded.amount for charge in booking.charges), start=0)
    own = charge_of(booking, fact.payment_id)
    all_told = (booking.refunded or booking.nothing).amount
    others = all_told - own.refunded.amount if own else of_charges
    return replace(fact, refunded_total=fact.refunded_total + Money(others, fact.refunded_total.currency))


def with_refund(booking: Booking, fact: PaymentRefunded | RefundFailed) -> tuple[Charge, ...]:
    """The charges, where the refund is of one of them. `fact` is as payments told it."""
    total = fact.refunded_total
    return tuple(
        replace(charge, refunded=total) if total is not None and charge.payment_id == fact.payment_id else charge
        for charge in booking.charges
    )


def _without(booking: Booking, charge: Charge) -> Money:
    if booking.status is BookingStatus.CANCELLED:
        fee = booking.cancellation_fee or booking.nothing
        return max(fee - booking.paid + charge.amount, booking.nothing)
    return owed(booking) + charge.amount


def _amount(text: str, due: Money) -> Money:
    try:
        amount = from_major(text, due.currency)
    except (ValueError, InvalidOperation):
        raise _invalid(f"This is no amount in {due.currency}.") from None
    if not 0 < amount.amount <= due.amount or amount != rounded(Decimal(amount.amount), due.currency):
        raise _invalid(f"More than nothing, and at most the {due.text} that are owed.")
    return amount


def _invalid(message: str) -> Refusal:
    return Refusal("VALIDATION_ERROR", message, errors=[{"field": "amount", "message": message}])
