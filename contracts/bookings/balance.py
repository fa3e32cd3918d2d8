"""The balance: paid by card, or settled at the desk."""

from dataclasses import dataclass
from datetime import datetime

from contracts.bookings.asks import BookingCommand
from contracts.bookings.events import BookingEvent
from contracts.values import Actor, Money


@dataclass(frozen=True, kw_only=True)
class SettleBalance(BookingCommand):
    """Settle `amount` in major units (`"109.00"`) at the desk; None: the whole balance.

    Refused `VALIDATION_ERROR` unless the amount is positive and at most the balance.
    """

    amount: str | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class BalanceSettled(BookingEvent):
    """An amount was settled at the desk."""

    amount: Money
    balance_due: Money
    settled_at: datetime
    settled_by: Actor


@dataclass(frozen=True, kw_only=True)
class BalanceEvent(BookingEvent, abstract=True):
    """An event of one card payment towards the balance."""

    payment_id: str
    amount: Money
    balance_due: Money


@dataclass(frozen=True, kw_only=True)
class BalancePaymentAccepted(BalanceEvent):
    """The authorised amount is owed: it is off the balance, and payments captures it."""

    accepted_at: datetime


@dataclass(frozen=True, kw_only=True)
class BalancePaymentRefused(BalanceEvent):
    """The authorised amount is not owed: payments releases it."""

    reason_code: str
    refused_at: datetime


@dataclass(frozen=True, kw_only=True)
class BalancePaid(BalanceEvent):
    """The accepted amount was captured."""

    paid_at: datetime


@dataclass(frozen=True, kw_only=True)
class BalancePaymentFailed(BalanceEvent):
    """The accepted amount was not captured: it is owed again."""

    reason_code: str
    failed_at: datetime
