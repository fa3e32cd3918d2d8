"""Settings of bookings from environment variables."""

from chassis.settings import ServiceSettings, prefixed


class BookingsSettings(ServiceSettings):
    """`guest_token_key` derives every guest token: a new key invalidates all of them.

    `sms`: notifier has a provider of text messages; without one a text message is stored as failed at once.
    """

    model_config = prefixed("bookings")

    guest_token_key: str = ""
    sms: bool = False

    def secrets(self) -> dict[str, str]:
        return {"BOOKINGS_GUEST_TOKEN_KEY": self.guest_token_key}
