"""A payment and its refunds."""

from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from contracts.data import Data
from contracts.payments.events import PaymentPurpose, PaymentStatus
from contracts.values import Money


class PaymentKey(NamedTuple):
    """The hotel and the id of a payment."""

    hotel: str
    id: str


class RefundStatus(StrEnum):
    """The status of a refund: pending (requested or under way), succeeded, or failed."""

    PENDING = "PENDING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


class Refund(Data):
    """A refund of a payment. `id` is our id, or the provider's id for a refund that we did not request.

    A failed refund waits for staff. `retried` is True once staff have requested a retry, which is a new refund.
    """

    id: str
    amount: Money
    status: RefundStatus = RefundStatus.PENDING
    provider_id: str | None = None
    retried: bool = False

    @property
    def waits_for_staff(self) -> bool:
        """Whether the refund failed and staff have not requested a retry."""
        return self.status is RefundStatus.FAILED and not self.retried


class Payment(Data):
    """One attempt to pay a booking by card. `captured` and `refunded` are minor units of the payment's currency.

    A payment of purpose `CHANGE` is for the change `change_id`.
    """

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
    change_id: str | None = None
    refunds: tuple[Refund, ...] = ()

    @property
    def refunded_or_pending(self) -> int:
        """The sum of all refunds that succeeded or are pending, in minor units."""
        return sum(refund.amount.amount for refund in self.refunds if refund.status is not RefundStatus.FAILED)

    @property
    def not_refunded(self) -> int:
        """The captured minor units, without those of refunds that succeeded or are pending."""
        return self.captured - self.refunded_or_pending

    @property
    def key(self) -> PaymentKey:
        """The payment's hotel and id."""
        return PaymentKey(self.hotel, self.id)

    @property
    def about(self) -> dict[str, Any]:
        """The fields that every event of the payment has."""
        return {"booking_id": self.booking_id, "hotel": self.hotel, "payment_id": self.id, "purpose": self.purpose}

    @property
    def is_unrequested(self) -> bool:
        """Whether the payment is money that no decision of ours asked for."""
        return self.purpose is PaymentPurpose.UNREQUESTED

    def money(self, minor: int) -> Money:
        """The amount of `minor` minor units in this payment's currency."""
        return Money(minor, self.amount.currency)
