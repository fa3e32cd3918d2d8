"""The inputs of a decision on a payment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from services.payments.domain.desired_state import DesiredState
from services.payments.domain.payment import Payment
from services.payments.domain.provider_snapshot import ProviderSnapshot


@dataclass(frozen=True, kw_only=True)
class DecisionInputs:
    """The inputs of a decision. `refused` has the provider's code for each capture and refund refused for good."""

    desired: DesiredState
    snapshot: ProviderSnapshot
    refused: Mapping[str, str]
    now: datetime

    def time_to_pay_is_over(self, payment: Payment) -> bool:
        """Whether the booking or its hold has ended, or the payment's amount is no longer the booking's."""
        return self.desired.ended or payment.superseded or self.now >= payment.hold_expires_at
