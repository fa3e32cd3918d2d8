"""The gateway's settings, from the environment."""

from ipaddress import ip_network
from typing import Self

from pydantic import Field, model_validator

from chassis.settings import Settings, prefixed, with_driver
from gateway.identity.rate_limits import parse_limits


class GatewaySettings(Settings):
    """The variables `GATEWAY_*`, and the settings that every process has. Items of a list are separated by commas."""

    model_config = prefixed("gateway")

    message_keys: str = Field("", validation_alias="MESSAGE_KEYS")
    database_url: str = ""
    host: str = "127.0.0.1"
    port: int = Field(8080, ge=0, le=65535)
    allowed_origins: str = ""
    rate_limits: str = "on"
    address_key: str = Field("", description="The key of the hash by which unpaid holds are counted per address.")
    trusted_proxies: str = "127.0.0.1"
    metrics_token: str = Field("", description="The bearer token for `/metrics`; empty: only the demo has the route.")
    token_hours: float = Field(12.0, gt=0, description="How long an unused staff token is valid.")
    token_days: float = Field(7.0, gt=0, description="How long after its sign-in a used staff token is valid.")
    ask_seconds: float = Field(5.0, gt=0)
    capture_seconds: float = Field(10.0, ge=0, description="Seconds that an approval waits for its capture.")
    drain_seconds: float = Field(3.0, ge=0, le=30, description="How long a stopping gateway still takes requests.")
    heartbeat_seconds: float = Field(15.0, gt=0, description="Seconds between the heartbeats of a silent event stream.")

    @property
    def async_url(self) -> str:
        """The database's URL in the form for psycopg 3."""
        return with_driver(self.database_url, "psycopg")

    @property
    def origins(self) -> list[str]:
        """The origins that may call the API from a browser."""
        return [origin.strip().rstrip("/") for origin in self.allowed_origins.split(",") if origin.strip()]

    @property
    def proxies(self) -> list[str]:
        """The addresses and networks of the proxies whose `X-Forwarded-For` is trusted."""
        return [proxy.strip() for proxy in self.trusted_proxies.split(",") if proxy.strip()]

    @model_validator(mode="after")
    def _refuse_names_of_proxies(self) -> Self:
        for proxy in self.proxies:
            if proxy != "*" and not _is_network(proxy):
                raise ValueError(f"GATEWAY_TRUSTED_PROXIES: {proxy!r} is no address and no network")
        return self

    @property
    def limits(self) -> dict[str, int]:
        """The requests per minute of each kind of request, and the caps of holds; empty where rate limits are off."""
        return parse_limits(self.rate_limits)


def _is_network(text: str) -> bool:
    try:
        return bool(ip_network(text))
    except ValueError:
        return False
