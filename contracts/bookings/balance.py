"""The balance due of a booking, which the guest pays by card or at the front desk."""

from datetime import datetime

from contracts.bookings.asks import BookingCommand
from contracts.bookings.events import BookingEvent
from contracts.values import Actor, Money


class SettleBalance(BookingCommand):
    """Record a payment at the desk. `amount` is in major units (`"109.00"`); None stands for the whole balance due.

    Refused `VALIDATION_ERROR` for an amount below the currency's smallest unit or above the balance due.
    """

    amount: str | None = None
    note: str = ""


class RefundAtDesk(BookingCommand):
    """Record that the desk gave money back. `amount` is in major units; None stands for the whole `desk_refund_due`.

    Refused `VALIDATION_ERROR` for an amount below the currency's smallest unit or above the `desk_refund_due`.
    """

    amount: str | None = None
    note: str = ""


class RefundedAtDesk(BookingEvent):
    """The desk gave back money that no card can be refunded; `desk_refund_due` is what it still has to give back."""

    amount: Money
    desk_refund_due: Money
    balance_due: Money
    refunded_at: datetime
    refunded_by: Actor


class BalanceSettled(BookingEvent):
    """The guest paid at the desk."""

    amount: Money
    balance_due: Money
    settled_at: datetime
    settled_by: Actor


class BalanceEvent(BookingEvent, abstract=True):
    """An event about one card payment towards the balance due."""

    payment_id: str
    amount: Money
    balance_due: Money


class BalancePaymentAccepted(BalanceEvent):
    """A card was authorised for an amount that the guest owes.

    The balance is reduced, and the payments service captures the amount. With a `change_id`, the payment is for a
    change of the stay that waits for it, and the balance stays.
    """

    accepted_at: datetime
    change_id: str | None = None


class BalancePaymentRefused(BalanceEvent):
    """A card was authorised for more than the balance due, or for a change that waits no longer.

    The authorisation is not captured. What was captured of a change that is not carried out is returned.
    """

    reason_code: str
    refused_at: datetime


class BalancePaid(BalanceEvent):
    """The accepted amount of a balance payment was captured."""

    paid_at: datetime


class BalancePaymentFailed(BalanceEvent):
    """The guest owes an amount again: a balance payment or a fee was not captured, or a refund took a part of a fee.

    `refund_at_desk` is negative where the amount used up so much of what the desk had to give back.
    """

    reason_code: str
    failed_at: datetime
    refund_at_desk: Money | None = None
