"""The balance: the amount owed beyond the booking's own payment, paid by card or at the front desk.

The booking accepts or refuses each card payment while the payment is only authorised. Therefore the guest owed every
captured amount at the time of its acceptance, even if the balance changed between acceptance and capture.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from chassis.refusal import Refusal
from contracts.bookings.balance import (
    BalancePaid,
    BalancePaymentAccepted,
    BalancePaymentFailed,
    BalancePaymentRefused,
    BalanceSettled,
    RefundAtDesk,
    RefundedAtDesk,
    SettleBalance,
)
from contracts.bookings.events import BookingEvent
from contracts.payments.events import (
    CancellationFeeCaptured,
    PaymentAuthorized,
    PaymentCaptured,
    PaymentCaptureFailed,
    PaymentRefunded,
    PaymentVoided,
    RefundFailed,
)
from contracts.values import Actor, Money, from_major, rounded
from services.bookings.domain import money_due
from services.bookings.domain.booking import Booking, Charge
from services.bookings.domain.validation import invalid
from services.bookings.lifecycle import HAS_A_FEE, LIFECYCLE, OWES

RefundEvent = TypeVar("RefundEvent", PaymentRefunded, RefundFailed)

NOTHING_OWED = "NOTHING_OWED"
AMOUNT_DIFFERS = "AMOUNT_DIFFERS"


def owed(booking: Booking) -> Money:
    """The amount that the guest still has to pay."""
    return booking.zero_if_none(booking.balance_due)


def authorized(booking: Booking, event: PaymentAuthorized, *, now: datetime) -> Sequence[BookingEvent]:
    """Accept the payment if the guest owes this amount or more; else refuse it."""
    if charge_of(booking, event.payment_id):
        return ()
    due = owed(booking)
    if booking.status in OWES and event.amount.currency == due.currency and event.amount <= due:
        return (
            BalancePaymentAccepted(
                **booking.about,
                payment_id=event.payment_id,
                amount=event.amount,
                balance_due=due - event.amount,
                accepted_at=now,
            ),
        )
    return (
        BalancePaymentRefused(
            **booking.about,
            payment_id=event.payment_id,
            amount=event.amount,
            balance_due=due,
            reason_code=AMOUNT_DIFFERS if not due.is_zero and booking.status in OWES else NOTHING_OWED,
            refused_at=now,
        ),
    )


def captured(booking: Booking, event: PaymentCaptured) -> Sequence[BookingEvent]:
    """Return `BalancePaid`, or no event if the payment was not accepted or its capture is recorded already.

    Staff can capture a part of the authorisation at the provider. The guest then owes the rest again.
    """
    charge = charge_of(booking, event.payment_id)
    if charge is None or charge.taken:
        return ()
    rest = max(charge.amount - event.amount, booking.nothing)
    return (
        BalancePaid(
            **booking.about,
            payment_id=event.payment_id,
            amount=event.amount,
            balance_due=owed(booking) + rest,
            paid_at=event.captured_at,
        ),
    )


def not_taken(
    booking: Booking, event: PaymentCaptureFailed | PaymentVoided, *, now: datetime
) -> Sequence[BookingEvent]:
    """Return `BalancePaymentFailed`. The guest owes the amount again.

    After a cancellation or a no-show, the guest owes at most the fee and the room service.
    """
    charge = charge_of(booking, event.payment_id)
    if charge is None or charge.taken:
        return ()
    after = money_due.after_desk_refund(booking, _without(booking, charge))
    return (
        BalancePaymentFailed(
            **booking.about,
            payment_id=event.payment_id,
            amount=charge.amount,
            balance_due=after.due,
            refund_at_desk=after.refund_at_desk,
            reason_code=event.reason_code if isinstance(event, PaymentCaptureFailed) else "VOIDED",
            failed_at=now,
        ),
    )


def settle(booking: Booking, command: SettleBalance, *, by: Actor, now: datetime) -> Sequence[BookingEvent]:
    """Return `BalanceSettled`, or no event if nothing is owed. Refused `VALIDATION_ERROR`, `ILLEGAL_TRANSITION`."""
    due = owed(booking)
    amount = due if command.amount is None else _amount(command.amount, due)
    if amount.is_zero:
        return ()
    if not LIFECYCLE.allows(booking.status, BalanceSettled):
        raise Refusal("ILLEGAL_TRANSITION", f"Nothing is settled at the desk while it is {booking.status}.")
    return (
        BalanceSettled(
            **booking.about,
            amount=amount,
            balance_due=due - amount,
            settled_at=now,
            settled_by=by,
        ),
    )


def refund_at_desk(booking: Booking, command: RefundAtDesk, *, by: Actor, now: datetime) -> Sequence[BookingEvent]:
    """Return `RefundedAtDesk`, or no event if the desk owes nothing. Refused `VALIDATION_ERROR`."""
    due = booking.zero_if_none(booking.desk_refund_due)
    amount = due if command.amount is None else _amount(command.amount, due)
    if amount.is_zero:
        return ()
    return (
        RefundedAtDesk(
            **booking.about,
            amount=amount,
            desk_refund_due=due - amount,
            balance_due=owed(booking),
            refunded_at=now,
            refunded_by=by,
        ),
    )


def charge_of(booking: Booking, payment_id: str) -> Charge | None:
    """The accepted card payment with this id, or None if the booking has no such payment."""
    return next((charge for charge in booking.charges if charge.payment_id == payment_id), None)


def with_fee(booking: Booking, event: CancellationFeeCaptured) -> dict[str, object]:
    """The booking's fields that change when only a cancellation fee is captured from a balance payment."""
    charge = charge_of(booking, event.payment_id)
    released = booking.nothing if charge is None else max(charge.amount - event.amount, booking.nothing)
    return {
        "captured": booking.zero_if_none(booking.captured) + event.amount,
        "charges": booking.charges_with(event.payment_id, amount=event.amount, taken=True),
        "refund_amount": money_due.promised_without(booking, released),
    }


def over_all(booking: Booking, event: RefundEvent) -> RefundEvent:
    """The event with the refunded total of all the booking's payments, instead of that of one payment."""
    if event.refunded_total is None:
        return event
    of_charges = sum((charge.refunded.amount for charge in booking.charges), start=0)
    own = charge_of(booking, event.payment_id)
    overall = booking.zero_if_none(booking.refunded).amount
    others = overall - own.refunded.amount if own else of_charges
    return replace(event, refunded_total=event.refunded_total + Money(others, event.refunded_total.currency))


def with_refund(booking: Booking, event: PaymentRefunded | RefundFailed) -> tuple[Charge, ...]:
    """The accepted card payments after a refund: the payment of `event` has the refunded total of `event`."""
    total = event.refunded_total
    return booking.charges if total is None else booking.charges_with(event.payment_id, refunded=total)


def _without(booking: Booking, charge: Charge) -> Money:
    if charge.after_end:
        return owed(booking) + charge.amount
    if booking.status in HAS_A_FEE:
        return money_due.due(replace(booking, **money_due.without(booking, charge)))
    return owed(booking) + max(charge.amount - money_due.refund_promised(booking), booking.nothing)


def _amount(text: str, due: Money) -> Money:
    try:
        amount = from_major(text, due.currency)
    except (ValueError, InvalidOperation):
        raise invalid("amount", f"This is no amount in {due.currency}.") from None
    if not 0 < amount.amount <= due.amount or amount != rounded(Decimal(amount.amount), due.currency):
        raise invalid("amount", f"More than nothing, and at most {due}.")
    return amount
