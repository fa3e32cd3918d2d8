"""The desired state of a payment: how bookings wants the money handled."""

from dataclasses import dataclass
from enum import StrEnum

from contracts.values import Money
from services.payments.domain.payment import Payment


class BookingPhase(StrEnum):
    """What to do with a booking's money: wait (`LIVE`), capture (`APPROVED`), or return all but the fee (`ENDED`)."""

    LIVE = "LIVE"
    APPROVED = "APPROVED"
    ENDED = "ENDED"


@dataclass(frozen=True, kw_only=True)
class DesiredState:
    """The state that bookings wants for a payment; `LIVE` at first. `why` names the event that set the state."""

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
        """The fee that the hotel keeps from the payment, in minor units, capped at `at_most`."""
        if self.fee is None or self.fee.currency != payment.amount.currency:
            return 0
        return min(self.fee.amount, at_most)
