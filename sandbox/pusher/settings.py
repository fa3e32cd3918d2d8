"""One Pusher app: its credentials and limits."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PusherAppSettings:
    """The app that the stand-in serves. Times are in seconds; the defaults are Pusher's."""

    app_id: str
    key: str
    secret: str
    activity_timeout: float = 120
    """Seconds of silence after which a client is pinged; announced to the client."""
    pong_timeout: float = 30
    """Seconds of silence after a ping until the client is closed with 4201."""
    max_connections: int | None = None
    """Sockets beyond this number are refused with 4004; None: no limit."""
    webhook_url: str | None = None
    """The URL that receives signed webhooks; None: no webhooks."""


MAX_DATA_BYTES = 10 * 1024
MAX_CHANNELS_PER_EVENT = 100
MAX_EVENTS_PER_BATCH = 10
MAX_EVENT_NAME = 200
MAX_TIMESTAMP_SKEW_SECONDS = 600
CLIENT_EVENTS_PER_SECOND = 10
PROTOCOLS = frozenset({5, 6, 7})
"""Protocol versions with `data` as a JSON string, the form that this stand-in supports."""
