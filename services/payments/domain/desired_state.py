"""The desired state of a payment: what bookings wants done with the money."""

from dataclasses import dataclass
from enum import StrEnum

from contracts.values import Money
from services.payments.domain.payment import Payment


class BookingPhase(StrEnum):
    """What the money is for: nothing is decided (`LIVE`), capture (`APPROVED`), give back all but the fee (`ENDED`)."""

    LIVE = "LIVE"
    APPROVED = "APPROVED"
    ENDED = "ENDED"


@dataclass(frozen=True, kw_only=True)
class DesiredState:
    """What bookings wants done with a payment. A booking without an event so far is live. `why` names the event."""

    booking_id: str
    hotel: str
    phase: BookingPhase = BookingPhase.LIVE
    approved_payment: str | None = None
    fee: Money | None = None
    why: str = ""

    @property
    def ended(self) -> bool:
        """Whether the booking ended before the stay."""
        return self.phase is BookingPhase.ENDED

    def approves(self, payment: Payment) -> bool:
        """Whether this payment is the one that staff approved."""
        return self.phase is BookingPhase.APPROVED and self.approved_payment == payment.id

    def fee_of(self, payment: Payment, at_most: int) -> int:
        """The fee that the hotel keeps of the payment, in minor units, never more than `at_most`."""
        if self.fee is None or self.fee.currency != payment.amount.currency:
            return 0
        return min(self.fee.amount, at_most)
