"""What was seen at the provider when it was last looked at: the truth about money, in our own words."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from contracts.values import Money
from services.payments.domain.payment import RefundStatus


class SessionState(StrEnum):
    """Whether the page can still be paid on."""

    OPEN = "open"
    COMPLETE = "complete"
    EXPIRED = "expired"


class IntentState(StrEnum):
    """Where the card's money is: not promised, held, taken, or released."""

    UNPAID = "unpaid"
    HELD = "held"
    TAKEN = "taken"
    RELEASED = "released"


@dataclass(frozen=True, kw_only=True)
class SeenSession:
    """A page at the provider."""

    id: str
    state: SessionState
    url: str | None
    intent_id: str | None


@dataclass(frozen=True, kw_only=True)
class SeenCharge:
    """A card's yes to an amount. `captured` is minor units; moments are the provider's."""

    id: str
    amount: Money
    captured: int
    created: datetime
    capture_before: datetime | None
    disputed: bool


@dataclass(frozen=True, kw_only=True)
class SeenIntent:
    """What is to be paid, and how far it got. `charge` only where the card said yes."""

    id: str
    state: IntentState
    amount: Money
    received: int
    payment_id: str | None
    booking_id: str | None
    charge: SeenCharge | None
    release_reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class SeenRefund:
    """A refund at the provider; `refund_id` is our own name for it, if it is ours."""

    id: str
    refund_id: str | None
    amount: Money
    status: RefundStatus
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class SeenDispute:
    """A dispute. An inquiry has withdrawn nothing; a won one has brought the money back."""

    id: str
    amount: Money
    reason: str
    withdrawn: bool
    won: bool


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One look at the provider."""

    session: SeenSession | None = None
    intent: SeenIntent | None = None
    refunds: tuple[SeenRefund, ...] = ()
    disputes: tuple[SeenDispute, ...] = ()
