"""The receipt of webhook events."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class WebhookTaken:
    """`success`, or `already_processed` for an event that was stored before."""

    status: str
