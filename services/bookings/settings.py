"""What bookings is told by its environment."""

from chassis.settings import ServiceSettings, prefixed


class BookingsSettings(ServiceSettings):
    """`guest_token_key` is what guest tokens are derived from: who changes it locks every guest out."""

    model_config = prefixed("bookings")

    guest_token_key: str = ""

    def secrets(self) -> dict[str, str]:
        return {"BOOKINGS_GUEST_TOKEN_KEY": self.guest_token_key}
