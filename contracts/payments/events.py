"""Events of a payment: sessions, authorisations, captures, voids, refunds, disputes."""

from datetime import datetime
from enum import StrEnum

from contracts.message import Event
from contracts.values import Money


class PaymentStatus(StrEnum):
    """The status of a payment. A booking without a payment has `NONE` on the wire."""

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
    """What a payment is for: the booking itself (`BOOKING`), the balance due (`EXTENSION`), or a `CHANGE` of the stay.

    An `UNREQUESTED` payment pays no debt: the money bears the ids of one of our payments, and no decision of ours asked
    for the money, which is returned at once.
    """

    BOOKING = "BOOKING"
    EXTENSION = "EXTENSION"
    CHANGE = "CHANGE"
    UNREQUESTED = "UNREQUESTED"


class PaymentEvent(Event, abstract=True):
    """An event of one payment of one booking. The events of a booking's payments are ordered."""

    booking_id: str
    hotel: str
    payment_id: str
    purpose: PaymentPurpose = PaymentPurpose.BOOKING

    @property
    def subject(self) -> str:
        return self.booking_id


class PaymentSessionOpened(PaymentEvent):
    """A checkout session is open until `expires_at`."""

    session_id: str
    amount: Money
    opened_at: datetime
    expires_at: datetime


class PaymentSessionExpired(PaymentEvent):
    """The checkout session is closed, and no payment was authorised on it."""

    session_id: str


class PaymentAuthorized(PaymentEvent):
    """The card is authorised for the amount; nothing is captured yet. The authorisation lapses at `capture_before`.

    `change_id` is the change that a payment of purpose `CHANGE` is for.
    """

    payment_intent_id: str
    amount: Money
    authorized_at: datetime
    capture_before: datetime | None = None
    change_id: str | None = None


class PaymentCaptured(PaymentEvent):
    """The approved amount was captured."""

    payment_intent_id: str
    amount: Money
    captured_at: datetime


class CancellationFeeCaptured(PaymentEvent):
    """The cancellation fee was captured and the rest of the authorisation released."""

    amount: Money
    captured_at: datetime


class PaymentCaptureFailed(PaymentEvent):
    """The authorised amount cannot be captured; the failure is final."""

    reason_code: str
    failed_at: datetime


class PaymentVoided(PaymentEvent):
    """The authorisation is released; nothing was captured."""

    amount: Money
    voided_at: datetime


class PaymentRefunded(PaymentEvent):
    """A refund succeeded. `refunded_total` sums all successful refunds of the payment."""

    refund_id: str
    amount: Money
    refunded_total: Money
    refunded_at: datetime


class RefundFailed(PaymentEvent):
    """A refund failed. `refund_id` is the provider's id, or our id where the provider refused to create the refund.

    `refunded_total` sums the successful refunds of the payment.
    """

    amount: Money
    reason_code: str
    failed_at: datetime
    refund_id: str = ""
    refunded_total: Money | None = None


class PaymentMismatched(PaymentEvent):
    """Money at the provider does not match the booking. The money is voided or refunded; the booking stays as it is.

    `reason_code` is `BOOKING_DIFFERS`, `CURRENCY_DIFFERS` or `AMOUNT_DIFFERS` for a payment on the booking's checkout
    session, `UNREQUESTED` for any other payment under the booking's ids, and `REFUND_FAILED` where the provider could
    not refund such money: a person must return the money. `refund_id` names the failed refund, else it is empty.
    """

    reason_code: str
    found_at: datetime
    refund_id: str = ""


class PaymentDisputed(PaymentEvent):
    """The cardholder disputes the charge."""

    amount: Money
    reason_code: str
    disputed_at: datetime
