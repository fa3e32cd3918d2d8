"""What bookings is told by its environment."""

from chassis.settings import ServiceSettings, prefixed


class BookingsSettings(ServiceSettings):
    """`guest_token_key` is what guest tokens are derived from: who changes it locks every guest out.

    `sms`: the notifier has a provider of text messages; without one they are noted as failed at once.
    """

    model_config = prefixed("bookings")

    guest_token_key: str = ""
    sms: bool = False

    def secrets(self) -> dict[str, str]:
        return {"BOOKINGS_GUEST_TOKEN_KEY": self.guest_token_key}
