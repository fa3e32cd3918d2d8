"""How clients connect to the push provider, and to what."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Connection:
    """Where the provider is, and where a client proves that it may listen."""

    key: str
    cluster: str
    host: str
    port: int
    secure: bool
    public_channel: str
    auth_endpoint: str
    user_auth_endpoint: str
    events: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class GuestRealtime(Connection):
    """A booking's own channel. After a gap in `sequence`, fetch `events/?after=last_sequence`."""

    channel: str
    last_sequence: int


@dataclass(frozen=True, kw_only=True)
class StaffRealtime(Connection):
    """A hotel's channels for its staff."""

    channels: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ChannelAuth:
    """What the client library shows to the provider; `channel_data` for presence channels only."""

    auth: str
    channel_data: str | None = None


@dataclass(frozen=True, kw_only=True)
class UserAuth:
    """What the client library signs in with."""

    auth: str
    user_data: str
