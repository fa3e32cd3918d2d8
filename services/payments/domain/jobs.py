"""The payloads of the payments service's jobs."""

from typing import ClassVar

from contracts.data import Data
from services.payments.domain.payment import PaymentKey


class ApplyWebhook(Data):
    """Apply a stored webhook event: sync the payment that the event concerns."""

    event_id: str


class ExpireSession(Data):
    """Close the checkout session of a booking whose hold has expired, unless the guest has paid."""

    hotel: str
    payment_id: str
    why: ClassVar[str] = "the hold has run out"

    @property
    def key(self) -> PaymentKey:
        """The hotel and the id of the payment."""
        return PaymentKey(self.hotel, self.payment_id)


class ConvergePayment(Data):
    """Bring a payment to its desired state at the provider."""

    hotel: str
    payment_id: str
    why: str

    @property
    def key(self) -> PaymentKey:
        """The hotel and the id of the payment."""
        return PaymentKey(self.hotel, self.payment_id)


class ReturnUnrequestedMoney(Data):
    """Search the provider's recent payments for money that no decision of ours asked for, and return that money."""

    run: str


# Jobs of these kinds call the provider until the payment has its desired state.
CONVERGING = (ConvergePayment.__name__, ExpireSession.__name__)
