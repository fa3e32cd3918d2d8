"""The port to a provider of text messages, and the adapter that is used without a provider."""

from typing import Protocol

from chassis.refusal import PermanentFailure


class SmsProvider(Protocol):
    """A provider of text messages."""

    def send(self, number: str, text: str) -> None:
        """Send the text. Raises `PermanentFailure` or `RetryLater`, each with a code."""


class NoSmsProvider:
    """Used where no provider is configured. With `BOOKINGS_SMS` off, the bookings service requests no text messages."""

    def send(self, number: str, text: str) -> None:  # noqa: ARG002
        """Raise `PermanentFailure` with the code `SMS_NOT_CONFIGURED`."""
        raise PermanentFailure("SMS_NOT_CONFIGURED")
