"""The life of a payment. Only this table knows what may follow what."""

from dataclasses import dataclass

from chassis.lifecycle import Lifecycle
from contracts.payments import (
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


@dataclass(frozen=True, kw_only=True)
class SessionNeverOpened:
    """The provider knows no page for this payment and the time for one is over. Told to nobody: nobody knew of it."""

    payment_id: str


class RefundedInPart:
    """A refund succeeded and some of the captured money stays."""


class RefundedInFull:
    """A refund succeeded and nothing stays."""


class RefundRefused:
    """A refund failed that had not been told as done."""


@dataclass(frozen=True, kw_only=True)
class RefundRetried:
    """Staff have what failed tried again. Told to nobody: bookings has told it."""

    payment_id: str


class RefundReturnedInPart:
    """A refund told as done failed after all; others stand."""


class RefundReturned:
    """A refund told as done failed after all; no other stands."""


S = PaymentStatus

# Beyond the specification's table: `VOIDED` becomes `FAILED` when staff approve a hold that the provider has meanwhile
# released (bookings must hear that the capture failed), and a refund may fail after the provider called it done.
LIFECYCLE: Lifecycle[PaymentStatus] = Lifecycle(
    # while                  when this happens        it becomes
    (S.NONE,                 PaymentSessionOpened,    S.SESSION_OPEN),
    (S.NONE,                 SessionNeverOpened,      S.FAILED),
    (S.SESSION_OPEN,         PaymentAuthorized,       S.AUTHORIZED),
    (S.SESSION_OPEN,         PaymentSessionExpired,   S.SESSION_EXPIRED),
    (S.SESSION_OPEN,         PaymentMismatched,       S.FAILED),
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

# A booking has one payment of its own at most in one of these; a unique index says so.
LIVE = frozenset({S.NONE, S.SESSION_OPEN, S.AUTHORIZED, S.CAPTURED, S.PARTIALLY_REFUNDED})

# Of payments towards its balance it has one at most in one of these, and any number that are done; so does an index.
UNFINISHED = frozenset({S.NONE, S.SESSION_OPEN, S.AUTHORIZED})

# Money is held or was taken: there is nothing more for the guest to pay on.
PAID = frozenset({S.AUTHORIZED, S.CAPTURED, S.PARTIALLY_REFUNDED})
