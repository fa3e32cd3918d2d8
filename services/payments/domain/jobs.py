"""The payloads of payments' jobs."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, kw_only=True)
class ApplyWebhook:
    """Apply a stored webhook event: sync the payment that the event concerns."""

    event_id: str


@dataclass(frozen=True, kw_only=True)
class ExpireSession:
    """Close the checkout session of a booking whose hold has expired, unless the guest has paid."""

    payment_id: str
    why: ClassVar[str] = "the hold has run out"


@dataclass(frozen=True, kw_only=True)
class ConvergePayment:
    """Bring a payment to its desired state at the provider."""

    payment_id: str
    why: str


# Jobs of these kinds call the provider until the payment has its desired state.
CONVERGING = (ConvergePayment.__name__, ExpireSession.__name__)
