"""Checkout sessions: the page at the provider on which a guest pays."""

from dataclasses import dataclass

from contracts.message import Command
from contracts.values import Money


@dataclass(frozen=True, kw_only=True)
class PaymentSession:
    """A booking's checkout session. `status` is `created`, `existing` or `paid` (without `payment_url`)."""

    session_id: str
    payment_url: str | None
    status: str
    amount: Money


@dataclass(frozen=True, kw_only=True)
class PaymentVerified:
    """The payment's status (`payment_status`) and the booking's status (`status`)."""

    booking_id: str
    payment_status: str
    status: str
    amount_total: Money


@dataclass(frozen=True, kw_only=True)
class OpenPaymentSession(Command[PaymentSession]):
    """Open a checkout session for a booking. Refused `BOOKING_NOT_PAYABLE`, `BOOKING_NOT_FOUND`, `INVALID_RETURN_URL`.

    Where a session is open already, the reply is that session. Refused `PAYMENT_REFUSED` where the provider refuses it.
    """

    hotel: str
    booking_id: str
    success_url: str | None = None
    cancel_url: str | None = None


@dataclass(frozen=True, kw_only=True)
class VerifyPayment(Command[PaymentVerified]):
    """Report the payment of one of the booking's own checkout sessions. Refused `SESSION_NOT_FOUND`."""

    hotel: str
    booking_id: str
    session_id: str
