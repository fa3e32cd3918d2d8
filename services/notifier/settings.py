"""What the notifier is told by its environment: `NOTIFIER_…`."""

from typing import Literal

from chassis.settings import ServiceSettings, prefixed


class NotifierSettings(ServiceSettings):
    """Where pushes and mails go out, and where guests are sent.

    An empty `pusher_host` means the provider's own servers, by cluster. `pusher_public_*` is where clients connect,
    where that differs from where this service does. `legacy_channels` unset: on in the demo, off otherwise.
    """

    model_config = prefixed("notifier")

    pusher_app_id: str = "1"
    pusher_key: str = ""
    pusher_secret: str = ""
    pusher_host: str = ""
    pusher_port: int | None = None
    pusher_ssl: bool = True
    pusher_cluster: str = "mt1"
    pusher_public_host: str = ""
    pusher_public_port: int | None = None
    pusher_public_ssl: bool | None = None
    smtp_host: str = "127.0.0.1"
    smtp_port: int = 25
    smtp_security: Literal["none", "starttls", "tls"] = "none"
    smtp_username: str = ""
    smtp_password: str = ""
    mail_from: str = "bookings@localhost"
    public_url: str = "http://127.0.0.1:8000"
    legacy_channels: bool | None = None

    @property
    def with_legacy_channels(self) -> bool:
        """Whether the public names of old clients are told too."""
        return self.demo if self.legacy_channels is None else self.legacy_channels

    def secrets(self) -> dict[str, str]:
        """The push account, and the mail account where one is used."""
        needed = {"NOTIFIER_PUSHER_KEY": self.pusher_key, "NOTIFIER_PUSHER_SECRET": self.pusher_secret}
        if self.smtp_username:
            needed["NOTIFIER_SMTP_PASSWORD"] = self.smtp_password
        return needed
