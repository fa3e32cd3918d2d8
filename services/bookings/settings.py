"""The settings of the bookings service, from environment variables."""

from chassis.settings import ServiceSettings, prefixed


class BookingsSettings(ServiceSettings):
    """Guest tokens derive from `guest_token_key`, so that a new key invalidates every token.

    `sms` says that the notifier can send text messages; without it a text message is stored as failed at once.
    """

    model_config = prefixed("bookings")

    guest_token_key: str = ""
    sms: bool = False

    def secrets(self) -> dict[str, str]:
        return {"BOOKINGS_GUEST_TOKEN_KEY": self.guest_token_key}
