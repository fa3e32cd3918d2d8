"""Facts about the money of a booking, as the provider has told them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from contracts.message import Event
from contracts.values import Money


class PaymentStatus(StrEnum):
    """Where a payment stands; `NONE` on the wire where a booking has no payment."""

    NONE = "NONE"
    SESSION_OPEN = "SESSION_OPEN"
    SESSION_EXPIRED = "SESSION_EXPIRED"
    AUTHORIZED = "AUTHORIZED"
    CAPTURED = "CAPTURED"
    VOIDED = "VOIDED"
    FAILED = "FAILED"
    PARTIALLY_REFUNDED = "PARTIALLY_REFUNDED"
    REFUNDED = "REFUNDED"


class PaymentPurpose(StrEnum):
    """What is paid for: the booking itself, or what a guest in house owes beyond it."""

    BOOKING = "BOOKING"
    EXTENSION = "EXTENSION"


@dataclass(frozen=True, kw_only=True)
class PaymentEvent(Event, abstract=True):
    """A fact about one payment of one booking; ordered by booking."""

    booking_id: str
    hotel: str
    payment_id: str
    purpose: PaymentPurpose = PaymentPurpose.BOOKING

    @property
    def subject(self) -> str:
        return self.booking_id


@dataclass(frozen=True, kw_only=True)
class PaymentSessionOpened(PaymentEvent):
    """The guest has a page to pay on until `expires_at`."""

    session_id: str
    amount: Money
    opened_at: datetime
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class PaymentSessionExpired(PaymentEvent):
    """The page can no longer be paid on; nothing was authorised on it."""

    session_id: str


@dataclass(frozen=True, kw_only=True)
class PaymentAuthorized(PaymentEvent):
    """The card is good for the amount, which is not yet taken. `capture_before` is the hold's own end, if known."""

    payment_intent_id: str
    amount: Money
    authorized_at: datetime
    capture_before: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class PaymentCaptured(PaymentEvent):
    """The approved amount was taken."""

    payment_intent_id: str
    amount: Money
    captured_at: datetime


@dataclass(frozen=True, kw_only=True)
class CancellationFeeCaptured(PaymentEvent):
    """Of an authorisation, the cancellation fee was taken and the rest released."""

    amount: Money
    captured_at: datetime


@dataclass(frozen=True, kw_only=True)
class PaymentCaptureFailed(PaymentEvent):
    """The authorised amount cannot be taken, for good."""

    reason_code: str
    failed_at: datetime


@dataclass(frozen=True, kw_only=True)
class PaymentVoided(PaymentEvent):
    """The authorisation is released; nothing was taken."""

    amount: Money
    voided_at: datetime


@dataclass(frozen=True, kw_only=True)
class PaymentRefunded(PaymentEvent):
    """Money went back to the guest. `refunded_total` counts all refunds of the payment."""

    refund_id: str
    amount: Money
    refunded_total: Money
    refunded_at: datetime


@dataclass(frozen=True, kw_only=True)
class RefundFailed(PaymentEvent):
    """The provider would not give the money back. `refund_id` is the provider's; ours where it never took it on.

    `refunded_total` counts the refunds of the payment that stand.
    """

    amount: Money
    reason_code: str
    failed_at: datetime
    refund_id: str = ""
    refunded_total: Money | None = None


@dataclass(frozen=True, kw_only=True)
class PaymentMismatched(PaymentEvent):
    """What was authorised is not what the booking costs; it is voided and the booking untouched."""

    reason_code: str
    found_at: datetime


@dataclass(frozen=True, kw_only=True)
class PaymentDisputed(PaymentEvent):
    """The cardholder disputes the charge."""

    amount: Money
    reason_code: str
    disputed_at: datetime
