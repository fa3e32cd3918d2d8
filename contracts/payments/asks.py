"""What payments can be asked."""

from dataclasses import dataclass

from contracts.message import Command
from contracts.values import Money


@dataclass(frozen=True, kw_only=True)
class PaymentSession:
    """A page to pay on. `status` is `created`, `existing` or `paid`; when paid there is no page."""

    session_id: str
    payment_url: str | None
    status: str
    amount: Money


@dataclass(frozen=True, kw_only=True)
class PaymentVerified:
    """What is known of a session's payment, and where the booking stands."""

    booking_id: str
    payment_status: str
    status: str
    amount_total: Money


@dataclass(frozen=True, kw_only=True)
class WebhookStored:
    """The provider's event is in the store. `already_processed` where it was there before."""

    already_processed: bool


@dataclass(frozen=True, kw_only=True)
class OpenPaymentSession(Command[PaymentSession]):
    """A page for the guest to pay on. Refused `BOOKING_NOT_PAYABLE`, `BOOKING_NOT_FOUND`, `INVALID_RETURN_URL`."""

    hotel: str
    booking_id: str
    success_url: str | None = None
    cancel_url: str | None = None


@dataclass(frozen=True, kw_only=True)
class VerifyPayment(Command[PaymentVerified]):
    """What became of this booking's own session. Refused `SESSION_NOT_FOUND`."""

    hotel: str
    booking_id: str
    session_id: str


@dataclass(frozen=True, kw_only=True)
class StoreWebhook(Command[WebhookStored]):
    """A provider's signed event, byte for byte (`body`, UTF-8). Refused `INVALID_WEBHOOK` (400)."""

    body: str
    signature: str
