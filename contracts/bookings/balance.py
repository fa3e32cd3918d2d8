"""What a guest still owes: paid by card, or settled at the desk."""

from dataclasses import dataclass
from datetime import datetime

from contracts.bookings.asks import BookingCommand
from contracts.bookings.events import BookingEvent
from contracts.values import Actor, Money


@dataclass(frozen=True, kw_only=True)
class SettleBalance(BookingCommand):
    """The guest has paid at the desk: `amount` in major units (`"109.00"`), or all that is owed.

    Refused `VALIDATION_ERROR` where it is not an amount from the currency's smallest up to what is owed.
    """

    amount: str | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class BalanceSettled(BookingEvent):
    """Paid at the desk."""

    amount: Money
    balance_due: Money
    settled_at: datetime
    settled_by: Actor


@dataclass(frozen=True, kw_only=True)
class BalanceEvent(BookingEvent, abstract=True):
    """A fact about one card payment towards what is owed."""

    payment_id: str
    amount: Money
    balance_due: Money


@dataclass(frozen=True, kw_only=True)
class BalancePaymentAccepted(BalanceEvent):
    """The card is good for an amount that is owed: it is off the balance, and payments takes it."""

    accepted_at: datetime


@dataclass(frozen=True, kw_only=True)
class BalancePaymentRefused(BalanceEvent):
    """The card is good for more than is owed (any more): nothing is taken."""

    reason_code: str
    refused_at: datetime


@dataclass(frozen=True, kw_only=True)
class BalancePaid(BalanceEvent):
    """The accepted amount was taken."""

    paid_at: datetime


@dataclass(frozen=True, kw_only=True)
class BalancePaymentFailed(BalanceEvent):
    """The accepted amount could not be taken: it is owed again."""

    reason_code: str
    failed_at: datetime
