"""The response to webhook events."""

from contracts.data import Data


class WebhookTaken(Data):
    """`status` is `success`, or `already_processed` for an event that was stored before."""

    status: str
