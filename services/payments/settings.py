"""The settings of the payments process, from its environment."""

from pydantic import Field, field_validator

from chassis.settings import ServiceSettings, prefixed
from services.payments.domain.return_pages import origin_of


class PaymentsSettings(ServiceSettings):
    """Variables begin with `PAYMENTS_`. Lists are separated by commas.

    `stripe_webhook_secrets` are all active signing secrets, newest first; during a rotation, the old and the new one.
    `return_origins` are the origins to which checkout may send the guest back; the first one serves the guest pages.
    `reconcile_minutes` is the interval at which an unfinished payment is compared with the provider.
    """

    model_config = prefixed("payments")

    stripe_api_key: str = ""
    stripe_api_base: str | None = None
    stripe_webhook_secrets: str = ""
    return_origins: str
    reconcile_minutes: float = Field(60.0, ge=1)

    @property
    def webhook_secrets(self) -> tuple[str, ...]:
        """The active signing secrets, newest first."""
        return _comma_separated(self.stripe_webhook_secrets)

    @property
    def origins(self) -> tuple[str, ...]:
        """The return origins, without a trailing slash."""
        return tuple(origin.rstrip("/") for origin in _comma_separated(self.return_origins))

    @field_validator("return_origins")
    @classmethod
    def _are_origins(cls, value: str) -> str:
        if not _comma_separated(value):
            raise ValueError("name at least one origin, as in https://hotel.example")
        for origin in _comma_separated(value):
            origin_of(origin)
        return value


def _comma_separated(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())
