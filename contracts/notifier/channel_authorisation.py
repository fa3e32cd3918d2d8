"""Realtime channels: how clients connect and subscribe, and how their connections end."""

from typing import Any

from contracts.data import Data
from contracts.message import Command, Nothing, Query


class ChannelSignature(Data):
    """The signature that a realtime client presents to the push provider to subscribe or sign in."""

    auth: str
    channel_data: str | None = None
    user_data: str | None = None


class Realtime(Data):
    """The push provider's address, the channels and the event names. The gateway fills in `{booking_id}` and `{hotel}`.

    An empty `host` means the push provider's own servers in `cluster`.
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


class DescribeRealtime(Query[Realtime]):
    """Return the address to connect to, and the channels and events that clients subscribe to."""


class SignChannel(Query[ChannelSignature]):
    """Sign a subscription. `hotel` is the hotel in the client's path; None where the path names none.

    Refused `CHANNEL_FORBIDDEN` (403) for a channel that is not the caller's, `INVALID_SOCKET_ID` (400) for a malformed
    socket id, `INVALID_TOKEN` (401) for a caller without a valid identity, `BOOKING_NOT_FOUND` (404) for a guest of
    another hotel than `hotel`.
    """

    socket_id: str
    channel_name: str
    hotel: str | None = None


class SignUser(Query[ChannelSignature]):
    """Sign the caller in at the push provider, so that the caller's connections can be ended.

    A guest may leave out `booking_id`, because the token implies the booking. Refused `INVALID_TOKEN` where the token
    gives no access to the booking, `INVALID_SOCKET_ID` for a malformed socket id.
    """

    socket_id: str
    booking_id: str | None = None


class DropUser(Command[Nothing]):
    """End every realtime connection of a user whose token was revoked. Exactly one of the two ids is set."""

    staff_id: str | None = None
    booking_id: str | None = None
