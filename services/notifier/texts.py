"""The way to guests' telephones: a port for a provider of text messages, and what stands there while there is none."""

from typing import Protocol

from chassis.refusal import PermanentFailure


class TextMessages(Protocol):
    """A provider of text messages."""

    def send(self, number: str, text: str) -> None:
        """Hand it over. Raises `Hopeless` where it will never be taken, `Later` for anything else; both say a code."""


class NoTextMessages:
    """No provider: bookings, told the same by `BOOKINGS_SMS`, notes the failure itself and asks for none."""

    def send(self, number: str, text: str) -> None:  # noqa: ARG002
        """It cannot be sent."""
        raise PermanentFailure("SMS_NOT_CONFIGURED")
