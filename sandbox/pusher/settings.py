"""One Pusher app: its credentials, and the limits it lives under."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The app the stand-in plays. Times are seconds, with Pusher's own as defaults."""

    app_id: str
    key: str
    secret: str
    activity_timeout: float = 120
    """Silence from a client after which it is pinged; also announced to it."""
    pong_timeout: float = 30
    """How long a pinged client may stay silent before it is closed with 4201."""
    max_connections: int | None = None
    """Sockets beyond this number are refused with 4004; None is no limit."""
    webhook_url: str | None = None
    """Where signed webhooks are posted; None sends none."""


MAX_DATA_BYTES = 10 * 1024
MAX_CHANNELS_PER_EVENT = 100
MAX_EVENTS_PER_BATCH = 10
MAX_EVENT_NAME = 200
MAX_TIMESTAMP_SKEW_SECONDS = 600
CLIENT_EVENTS_PER_SECOND = 10
PROTOCOLS = frozenset({5, 6, 7})
"""Versions whose `data` is a JSON string, which is how this stand-in speaks."""
