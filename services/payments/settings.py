"""What the payments process is told by its environment."""

from pydantic import Field, field_validator

from chassis.settings import ServiceSettings, prefixed
from services.payments.domain.pages import origin_of


class PaymentsSettings(ServiceSettings):
    """Variables begin with `PAYMENTS_`. Lists are separated by commas.

    `stripe_webhook_secrets`: all active ones, so that a secret can be changed without losing a notice.
    `return_origins`: where the payment page may send the guest back to; the first serves the guest's own page.
    `reconcile_minutes`: how often a payment that is not at rest is compared with the provider.
    """

    model_config = prefixed("payments")

    stripe_api_key: str = ""
    stripe_api_base: str | None = None
    stripe_webhook_secrets: str = ""
    return_origins: str
    reconcile_minutes: float = Field(60.0, ge=1)

    def secrets(self) -> dict[str, str]:
        """What must be set outside a demonstration."""
        named = {f"PAYMENTS_STRIPE_WEBHOOK_SECRETS[{n}]": each for n, each in enumerate(self.webhook_secrets or ("",))}
        return {"PAYMENTS_STRIPE_API_KEY": self.stripe_api_key, **named}

    @property
    def webhook_secrets(self) -> tuple[str, ...]:
        """The active secrets, newest first."""
        return _listed(self.stripe_webhook_secrets)

    @property
    def origins(self) -> tuple[str, ...]:
        """The origins of our own pages, without a trailing slash."""
        return tuple(origin.rstrip("/") for origin in _listed(self.return_origins))

    @field_validator("return_origins")
    @classmethod
    def _are_origins(cls, value: str) -> str:
        if not _listed(value):
            raise ValueError("name at least one origin, as in https://hotel.example")
        for origin in _listed(value):
            origin_of(origin)
        return value


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())
