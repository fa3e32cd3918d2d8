"""What notifier can be asked."""

from dataclasses import dataclass
from typing import Any

from contracts.message import Command, Nothing, Query


@dataclass(frozen=True, kw_only=True)
class ChannelSignature:
    """What a realtime client shows to the push provider to be let in."""

    auth: str
    channel_data: str | None = None
    user_data: str | None = None


@dataclass(frozen=True, kw_only=True)
class Realtime:
    """How clients connect. Channels are templates: `{booking_id}` and `{hotel}` are filled in by who answers them.

    An empty `host` means the provider's own servers, found by `cluster`.
    """

    key: str
    host: str
    port: int
    secure: bool
    cluster: str
    booking_channel: str
    staff_channels: tuple[str, ...]
    public_channel: str
    booking_events: tuple[str, ...]
    staff_events: tuple[str, ...]
    extra: dict[str, Any] | None = None
    room_channel: str = ""
    public_events: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DescribeRealtime(Query[Realtime]):
    """How clients connect, and to what."""


@dataclass(frozen=True, kw_only=True)
class SignChannel(Query[ChannelSignature]):
    """Let the caller subscribe. Refused `CHANNEL_FORBIDDEN` (403), `INVALID_SOCKET_ID` (400), `INVALID_TOKEN` (401)."""

    socket_id: str
    channel_name: str


@dataclass(frozen=True, kw_only=True)
class SignUser(Query[ChannelSignature]):
    """Let the caller sign in at the push provider, so that it can be thrown out. Refused as `SignChannel`.

    A guest may say which booking is theirs, else the token does; where it does not open it: `INVALID_TOKEN`.
    """

    socket_id: str
    booking_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class DropUser(Command[Nothing]):
    """Close every realtime connection of a signed-in user: their token was revoked. One of the two says who."""

    staff_id: str | None = None
    booking_id: str | None = None
