"""The lifecycle of a payment: the only table of its allowed transitions."""

from chassis.lifecycle import Lifecycle
from contracts.data import Data
from contracts.payments.events import (
    CancellationFeeCaptured,
    PaymentAuthorized,
    PaymentCaptured,
    PaymentCaptureFailed,
    PaymentDisputed,
    PaymentMismatched,
    PaymentSessionExpired,
    PaymentSessionOpened,
    PaymentStatus,
    PaymentVoided,
)


class SessionNeverOpened(Data):
    """The provider has no checkout session for this payment, and the time to pay is over. Not published."""

    payment_id: str


class MoneyReturned(Data):
    """A refund of a payment that failed succeeded. Not published: the mismatch has told staff."""

    payment_id: str
    refund_id: str


class RefundedInPart:
    """A refund succeeded; a part of the captured money is not refunded."""


class RefundedInFull:
    """A refund succeeded; all of the captured money is refunded."""


class RefundRefused:
    """A refund failed before any event had announced its success."""


class RefundRetried(Data):
    """Staff retry the failed refunds. Not published: the bookings service has published `BookingRefundRetried`."""

    payment_id: str


class RefundReturnedInPart:
    """A refund failed after an event had announced its success; other refunds remain."""


class RefundReturned:
    """A refund failed after an event had announced its success; no other refund remains."""


S = PaymentStatus

# Beyond the specification's table: `VOIDED` becomes `FAILED` when staff approve a payment whose authorisation the
# provider has released (bookings needs the failed capture), a refund may fail after its success was reported, and a
# payment that no decision asked for begins as `NONE` and fails at once.
LIFECYCLE: Lifecycle[PaymentStatus] = Lifecycle(
    # while                  when this happens        it becomes
    (S.NONE,                 PaymentSessionOpened,    S.SESSION_OPEN),
    (S.NONE,                 SessionNeverOpened,      S.FAILED),
    (S.NONE,                 PaymentMismatched,       S.FAILED),
    (S.SESSION_OPEN,         PaymentAuthorized,       S.AUTHORIZED),
    (S.SESSION_OPEN,         PaymentSessionExpired,   S.SESSION_EXPIRED),
    (S.SESSION_OPEN,         PaymentMismatched,       S.FAILED),
    (S.FAILED,               PaymentMismatched,       S.FAILED),
    (S.FAILED,               MoneyReturned,           S.FAILED),
    (S.AUTHORIZED,           PaymentCaptured,         S.CAPTURED),
    (S.AUTHORIZED,           CancellationFeeCaptured, S.CAPTURED),
    (S.AUTHORIZED,           PaymentVoided,           S.VOIDED),
    (S.AUTHORIZED,           PaymentCaptureFailed,    S.FAILED),
    (S.VOIDED,               PaymentCaptureFailed,    S.FAILED),
    (S.CAPTURED,             RefundedInPart,          S.PARTIALLY_REFUNDED),
    (S.CAPTURED,             RefundedInFull,          S.REFUNDED),
    (S.CAPTURED,             RefundRefused,           S.CAPTURED),
    (S.CAPTURED,             RefundRetried,           S.CAPTURED),
    (S.CAPTURED,             PaymentDisputed,         S.CAPTURED),
    (S.PARTIALLY_REFUNDED,   RefundedInPart,          S.PARTIALLY_REFUNDED),
    (S.PARTIALLY_REFUNDED,   RefundedInFull,          S.REFUNDED),
    (S.PARTIALLY_REFUNDED,   RefundRefused,           S.PARTIALLY_REFUNDED),
    (S.PARTIALLY_REFUNDED,   RefundRetried,           S.PARTIALLY_REFUNDED),
    (S.PARTIALLY_REFUNDED,   RefundReturnedInPart,    S.PARTIALLY_REFUNDED),
    (S.PARTIALLY_REFUNDED,   RefundReturned,          S.CAPTURED),
    (S.PARTIALLY_REFUNDED,   PaymentDisputed,         S.PARTIALLY_REFUNDED),
    (S.REFUNDED,             RefundReturnedInPart,    S.PARTIALLY_REFUNDED),
    (S.REFUNDED,             RefundReturned,          S.CAPTURED),
    (S.REFUNDED,             PaymentDisputed,         S.REFUNDED),
)  # fmt: skip

# A booking has at most one payment of its own in one of these states; a unique index enforces that.
LIVE = frozenset({S.NONE, S.SESSION_OPEN, S.AUTHORIZED, S.CAPTURED, S.PARTIALLY_REFUNDED})

# A booking has at most one payment towards its balance in one of these states; a unique index enforces that.
UNFINISHED = frozenset({S.NONE, S.SESSION_OPEN, S.AUTHORIZED})

# The payment is over, and the hotel may keep no money from it.
FAILED_OR_RELEASED = frozenset({S.FAILED, S.VOIDED, S.SESSION_EXPIRED})

# The guest may still pay, or begin to.
OPEN = frozenset({S.NONE, S.SESSION_OPEN})

# The money is authorised or captured: the guest has nothing left to pay.
PAID = frozenset({S.AUTHORIZED, S.CAPTURED, S.PARTIALLY_REFUNDED})
