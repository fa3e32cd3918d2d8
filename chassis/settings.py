"""Settings from the environment. A process does not start without the secrets that it needs."""

from typing import Any, Literal, Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PLACEHOLDERS = {"", "change-me", "changeme", "secret", "password", "guest"}


class Settings(BaseSettings):
    """The settings that every process has. The environment variables of a service begin with the service's name."""

    model_config = SettingsConfigDict(extra="ignore", populate_by_name=True)

    mode: Literal["production", "demo"] = Field("production", validation_alias="HOTELMATE_MODE")
    amqp_url: str = Field("amqp://127.0.0.1:5672/%2F", validation_alias="AMQP_URL")
    inbox_partitions: int = Field(1, ge=1, le=64, validation_alias="INBOX_PARTITIONS")
    log_level: str = Field("INFO", validation_alias="LOG_LEVEL")
    log_format: Literal["json", "console"] = Field("json", validation_alias="LOG_FORMAT")

    @property
    def demo(self) -> bool:
        """Whether this process runs in demo mode, in which the domain's clock can be moved."""
        return self.mode == "demo"

    def secrets(self) -> dict[str, str]:
        """The secrets, keyed by variable name. Outside demo mode, no secret may be empty or a placeholder."""
        return {}

    @model_validator(mode="after")
    def _refuse_default_secrets(self) -> Self:
        weak = [name for name, value in self.secrets().items() if value.strip().lower() in PLACEHOLDERS]
        if weak and not self.demo:
            raise ValueError(
                f"set {', '.join(sorted(weak))}: empty or default secrets are for HOTELMATE_MODE=demo only"
            )
        return self


class ServiceSettings(Settings):
    """The settings of a service with a database. `workers` is the number of asks that run at the same time."""

    database_url: str = ""
    workers: int = 10

    @property
    def sync_url(self) -> str:
        """The database URL for psycopg2."""
        return with_driver(self.database_url, "psycopg2")


def with_driver(url: str, driver: str) -> str:
    """The PostgreSQL URL with this SQLAlchemy driver. Raises `ValueError` for an empty URL."""
    if not url:
        raise ValueError("no database URL is set")
    return f"postgresql+{driver}://{url.split('://', 1)[1]}"


def prefixed(prefix: str) -> Any:
    """The pydantic configuration of a service whose variables begin with this prefix."""
    return SettingsConfigDict(env_prefix=f"{prefix.upper()}_", extra="ignore", populate_by_name=True)
