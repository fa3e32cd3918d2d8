"""The receipt of webhook events."""

from contracts.data import Data


class WebhookTaken(Data):
    """`success`, or `already_processed` for an event that was stored before."""

    status: str
