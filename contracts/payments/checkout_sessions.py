"""Checkout sessions: the page at the provider on which a guest pays."""

from contracts.bookings.asks import BookingAsk
from contracts.data import Data
from contracts.message import Command
from contracts.values import Money


class PaymentSession(Data):
    """A booking's checkout session. `status` is `created`, `existing` or `paid`; if paid, `payment_url` is null."""

    session_id: str
    payment_url: str | None
    status: str
    amount: Money


class PaymentVerified(Data):
    """The result of a verification: the payment's status in `payment_status`, the booking's status in `status`."""

    booking_id: str
    payment_status: str
    status: str
    amount_total: Money


class OpenPaymentSession(BookingAsk, Command[PaymentSession]):
    """Open a checkout session for a booking; an open session is returned instead of a new one.

    Refused `BOOKING_NOT_FOUND`, `INVALID_RETURN_URL` for a URL on a foreign origin, `BOOKING_NOT_PAYABLE` where no
    payment is expected, `BOOKING_ENDED` where the booking has ended and no balance can be paid by card,
    `PAYMENT_REFUSED` where the provider refuses the session.
    """

    success_url: str | None = None
    cancel_url: str | None = None


class PageClosed(Data):
    """The result of closing a payment page: whether the guest has paid on it."""

    paid: bool


class ClosePaymentPage(BookingAsk, Command[PageClosed]):
    """Close the booking's own open payment page, so that nobody pays an old total. Refused `BOOKING_NOT_FOUND`.

    A booking without an open page is left unchanged. `paid` is True where a card was authorised meanwhile. A payment
    that is made in the moment in which the page closes is released, as one of another amount.
    """


class VerifyPayment(BookingAsk, Command[PaymentVerified]):
    """Report the payment made on a checkout session.

    Refused `SESSION_NOT_FOUND` where the booking has no such session.
    """

    session_id: str
