"""The port to a provider of text messages, and the adapter without a provider."""

from typing import Protocol

from chassis.refusal import PermanentFailure


class SmsProvider(Protocol):
    """A provider of text messages."""

    def send(self, number: str, text: str) -> None:
        """Sends the text. Raises `PermanentFailure` or `RetryLater`, each with a code."""


class NoSmsProvider:
    """No provider. Bookings with `BOOKINGS_SMS` off marks text messages as failed and requests none."""

    def send(self, number: str, text: str) -> None:  # noqa: ARG002
        """Raises `PermanentFailure` `SMS_NOT_CONFIGURED`."""
        raise PermanentFailure("SMS_NOT_CONFIGURED")
