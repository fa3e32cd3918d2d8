"""Payment sessions, and the receipt of webhook events."""

from dataclasses import dataclass

from contracts import payments
from gateway.http.views import View


class PaymentSession(View[payments.PaymentSession], examples={"status": "created"}):
    """A payment page. `status` is `created`, `existing` or `paid`; a paid session has no page."""


class PaymentVerified(View[payments.PaymentVerified]):
    """The state of a payment session and of its booking."""


@dataclass(frozen=True, kw_only=True)
class WebhookTaken:
    """`success`, or `already_processed` for an event that was stored before."""

    status: str
