"""The payloads of the payments service's jobs."""

from typing import ClassVar

from contracts.data import Data


class ApplyWebhook(Data):
    """Apply a stored webhook event: sync the payment that the event concerns."""

    event_id: str


class ExpireSession(Data):
    """Close the checkout session of a booking whose hold has expired, unless the guest has paid."""

    payment_id: str
    why: ClassVar[str] = "the hold has run out"


class ConvergePayment(Data):
    """Bring a payment to its desired state at the provider."""

    payment_id: str
    why: str


class ReturnUnrequestedMoney(Data):
    """Search the provider's recent payments for money that no decision of ours asked for, and return that money."""

    run: str


# Jobs of these kinds call the provider until the payment has its desired state.
CONVERGING = (ConvergePayment.__name__, ExpireSession.__name__)
