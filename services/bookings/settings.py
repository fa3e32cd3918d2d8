"""The settings of the bookings service, from environment variables."""

from chassis.settings import ServiceSettings, prefixed


class BookingsSettings(ServiceSettings):
    """Settings of the service. Guest tokens derive from `guest_token_key`: a new key invalidates every token.

    `sms` says whether the notifier can send text messages. If not, each text message is stored as failed at once.
    """

    model_config = prefixed("bookings")

    guest_token_key: str = ""
    sms: bool = False
