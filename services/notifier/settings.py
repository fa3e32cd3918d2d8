"""The notifier's settings, from the environment: `NOTIFIER_…`."""

from email.headerregistry import Address
from typing import Literal

from pydantic import field_validator

from chassis.settings import ServiceSettings, prefixed


class NotifierSettings(ServiceSettings):
    """The push provider, the mail server, and the public URL of links in mails.

    If `pusher_host` is empty, the provider's own servers for the configured cluster are used. `pusher_public_*` is
    the provider's address for clients where their address differs from the notifier's. Unless `legacy_channels` is
    set, legacy channels are used in demo mode only. `mails_before_payment` is the number of mails about unpaid bookings
    that one address gets in 24 hours; 0 sets no limit.
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
    mails_before_payment: int = 5

    @field_validator("mail_from")
    @classmethod
    def _is_address(cls, text: str) -> str:
        Address(addr_spec=text)  # raises `ValueError`; `localhost` as domain is fine for a sender
        return text

    @property
    def with_legacy_channels(self) -> bool:
        """Whether pushes also go to the public channels of old clients."""
        return self.demo if self.legacy_channels is None else self.legacy_channels
