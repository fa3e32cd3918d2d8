"""A payment as we know it, its refunds, and how its booking stands."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from contracts.payments import PaymentPurpose, PaymentStatus
from contracts.values import Money


class RefundStatus(StrEnum):
    """Where a refund stands: asked for or under way, done, or refused."""

    PENDING = "PENDING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


@dataclass(frozen=True, kw_only=True)
class Refund:
    """Money on its way back. `id` is ours; the provider's where the refund was made without us.

    One that failed waits for people, until they have it `retried`: then another takes its place.
    """

    id: str
    amount: Money
    status: RefundStatus = RefundStatus.PENDING
    provider_id: str | None = None
    retried: bool = False

    @property
    def waits_for_people(self) -> bool:
        """Whether it failed and nobody has done anything about it yet."""
        return self.status is RefundStatus.FAILED and not self.retried


@dataclass(frozen=True, kw_only=True)
class Payment:
    """One attempt to have a booking paid by card. `captured` and `refunded` are minor units of its currency."""

    id: str
    booking_id: str
    hotel: str
    amount: Money
    hold_expires_at: datetime
    created_at: datetime
    purpose: PaymentPurpose = PaymentPurpose.BOOKING
    status: PaymentStatus = PaymentStatus.NONE
    version: int = 0
    superseded: bool = False
    session_id: str | None = None
    session_url: str | None = None
    intent_id: str | None = None
    captured: int = 0
    refunded: int = 0
    authorized_at: datetime | None = None
    capture_before: datetime | None = None
    captured_at: datetime | None = None
    disputed_at: datetime | None = None
    refunds: tuple[Refund, ...] = ()

    @property
    def given_back(self) -> int:
        """Minor units that have gone back or are on their way."""
        return sum(refund.amount.amount for refund in self.refunds if refund.status is not RefundStatus.FAILED)

    def money(self, minor: int) -> Money:
        """That many minor units of this payment's currency."""
        return Money(minor, self.amount.currency)


class Stance(StrEnum):
    """What a booking wants done with its money: nothing yet, take it, or give it back but for the fee."""

    LIVE = "LIVE"
    APPROVED = "APPROVED"
    ENDED = "ENDED"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How a booking stands, by what bookings has said of it. A booking not heard of yet is live."""

    booking_id: str
    hotel: str
    stance: Stance = Stance.LIVE
    approved_payment: str | None = None
    fee: Money | None = None
    why: str = ""

    @property
    def ended(self) -> bool:
        """Whether the booking is over before the stay."""
        return self.stance is Stance.ENDED

    def approves(self, payment: Payment) -> bool:
        """Whether it was this payment that staff said yes to."""
        return self.stance is Stance.APPROVED and self.approved_payment == payment.id

    def fee_of(self, payment: Payment, at_most: int) -> int:
        """What the hotel keeps of so much money, in minor units, once the booking has ended."""
        if self.fee is None or self.fee.currency != payment.amount.currency:
            return 0
        return min(self.fee.amount, at_most)
