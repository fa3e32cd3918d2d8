"""What the gateway is told by its environment."""

from pydantic import Field

from chassis.settings import Settings, prefixed, with_driver
from gateway.limits import Limit, parsed


class GatewaySettings(Settings):
    """`GATEWAY_*`, and what every process reads. Lists are separated by commas."""

    model_config = prefixed("gateway")

    database_url: str = ""
    host: str = "127.0.0.1"
    port: int = Field(8080, ge=0, le=65535)
    allowed_origins: str = ""
    rate_limits: str = "on"
    trusted_proxies: str = "127.0.0.1"
    metrics_token: str = Field("", description="Who may read `/metrics` bears it; empty: everybody who reaches it.")
    token_hours: float = Field(12.0, gt=0, description="How long a staff token lives without being used.")
    ask_seconds: float = Field(5.0, gt=0)
    capture_seconds: float = Field(10.0, ge=0, description="How long an approval waits for its capture.")
    heartbeat_seconds: float = Field(15.0, gt=0, description="How often a silent event stream shows that it lives.")

    @property
    def async_url(self) -> str:
        """The database for psycopg 3."""
        return with_driver(self.database_url, "psycopg")

    @property
    def origins(self) -> list[str]:
        """The origins whose pages may call us."""
        return [origin.strip().rstrip("/") for origin in self.allowed_origins.split(",") if origin.strip()]

    @property
    def limits(self) -> dict[str, Limit]:
        """Rate limits by audience; none where they are off."""
        return parsed(self.rate_limits)
