"""The desired state of a payment, and the inputs of a decision on the payment."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from contracts.data import Data
from contracts.values import Money
from services.payments.domain.payment import Payment
from services.payments.domain.provider_snapshot import ProviderSnapshot


class BookingPhase(StrEnum):
    """The action on a booking's money: wait (`LIVE`), capture (`APPROVED`), or return all but the fee (`ENDED`)."""

    LIVE = "LIVE"
    APPROVED = "APPROVED"
    ENDED = "ENDED"


class DesiredState(Data):
    """The desired state of a payment. It follows from the bookings service's events; `why` names the last event.

    `fee` is the amount that the hotel keeps of an ended payment, and captures of an approved one: None for all of it.
    """

    booking_id: str
    hotel: str
    phase: BookingPhase = BookingPhase.LIVE
    approved_payment: str | None = None
    fee: Money | None = None
    why: str = ""

    @property
    def ended(self) -> bool:
        """Whether the payment must end. The hotel then keeps at most the fee."""
        return self.phase is BookingPhase.ENDED

    def approves(self, payment: Payment) -> bool:
        """Whether this payment is the one that staff approved."""
        return self.phase is BookingPhase.APPROVED and self.approved_payment == payment.id

    def approved_amount(self, payment: Payment) -> int:
        """The minor units to capture of the approved payment."""
        return payment.amount.amount if self.fee is None else self.fee_of(payment, payment.amount.amount)

    def fee_of(self, payment: Payment, at_most: int) -> int:
        """The fee that the hotel keeps from the payment, in minor units, capped at `at_most`."""
        if self.fee is None or self.fee.currency != payment.amount.currency:
            return 0
        return min(self.fee.amount, at_most)


class DecisionInputs(Data):
    """The inputs of a decision. `refused` is the result of `provider_call.refusals`; `now` is UTC."""

    desired: DesiredState
    snapshot: ProviderSnapshot
    refused: Mapping[str, str]
    now: datetime

    def time_to_pay_is_over(self, payment: Payment) -> bool:
        """Whether the booking or its hold has ended, or the amount of the booking has changed."""
        return self.desired.ended or payment.superseded or self.now >= payment.hold_expires_at
