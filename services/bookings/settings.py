"""The settings of the bookings service, from environment variables."""

from chassis.settings import ServiceSettings, prefixed
from services.bookings.domain.guest_tokens import GuestTokens


class BookingsSettings(ServiceSettings):
    """Settings of the service. Guests' tokens derive from `guest_token_key`: one key or several, the newest first.

    New tokens derive from the newest key. A token of an earlier key is valid as long as that key is in the list. `sms`
    says whether the notifier can send text messages. If not, each text message is stored as failed at once.
    """

    model_config = prefixed("bookings")

    guest_token_key: str = ""
    sms: bool = False

    @property
    def guest_tokens(self) -> GuestTokens:
        """The keys of guests' tokens."""
        return GuestTokens(tuple(self._keys) or ("",))

    @property
    def _keys(self) -> list[str]:
        return [key.strip() for key in self.guest_token_key.split(",") if key.strip()]
