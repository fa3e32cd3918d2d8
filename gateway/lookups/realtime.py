"""The data that clients need to connect to the push provider; read from the notifier, cached for a minute."""

import time
from typing import Annotated, Any

from pydantic import Field

from chassis.observability import trace
from chassis.refusal import Unavailable
from contracts.data import Data
from contracts.notifier.channel_authorisation import DescribeRealtime, Realtime
from contracts.values import Context
from gateway.bus.port import Bus
from gateway.lookups.cache import Cache

MAX_AGE = 60.0
DEADLINE = 1.0  # a booking is answered without push rather than late
RETRY_AFTER = 2.0

AUTH_ENDPOINT = "/api/realtime/auth/"
USER_AUTH_ENDPOINT = "/api/realtime/user-auth/"


class Connection(Data):
    """The address of the push provider, and the endpoints that sign a client's subscriptions."""

    key: str
    cluster: str
    host: str
    port: int
    secure: bool
    public_channel: str
    auth_endpoint: str
    user_auth_endpoint: str
    events: Annotated[tuple[str, ...], Field(examples=[["booking_confirmed", "booking_checked_in"]])]


class GuestRealtime(Connection):
    """The channel of one booking. After a gap in `sequence`, a client fetches the events after its last one."""

    channel: str
    last_sequence: int


class StaffRealtime(Connection):
    """The channels of a hotel's staff."""

    channels: tuple[str, ...]


class RealtimeLookup:
    """Looks up the connection data. A page without connection data uses the event stream instead."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._cache: Cache[str, Realtime] = Cache(self._fetch, max_age=MAX_AGE)
        self._silent_until = 0.0

    async def for_guest(self, booking_id: str, *, hotel: str, last_sequence: int) -> GuestRealtime | None:
        """The connection data for a guest's page; returns None where the notifier does not answer."""
        realtime = await self._get()
        if realtime is None:
            return None
        return GuestRealtime(
            **_connection(realtime, hotel=hotel),
            channel=_filled(realtime.booking_channel, hotel=hotel, booking_id=booking_id),
            events=realtime.booking_events,
            last_sequence=last_sequence,
        )

    async def for_staff(self, hotel: str) -> StaffRealtime | None:
        """The connection data for a hotel's staff board; returns None where the notifier does not answer."""
        realtime = await self._get()
        if realtime is None:
            return None
        return StaffRealtime(
            **_connection(realtime, hotel=hotel),
            channels=tuple(_filled(channel, hotel=hotel) for channel in realtime.staff_channels),
            events=realtime.staff_events,
        )

    async def _get(self) -> Realtime | None:
        if time.monotonic() < self._silent_until:
            return None
        try:
            return await self._cache.get("")
        except Unavailable:
            self._silent_until = time.monotonic() + RETRY_AFTER
            return None

    async def _fetch(self, _: str) -> Realtime:
        reply, __ = await self._bus.ask(DescribeRealtime(), Context(traceparent=trace.current()), deadline=DEADLINE)
        return reply


def _connection(realtime: Realtime, *, hotel: str) -> dict[str, Any]:
    return {
        **{name: getattr(realtime, name) for name in ("key", "cluster", "host", "port", "secure")},
        "public_channel": _filled(realtime.public_channel, hotel=hotel),
        "auth_endpoint": AUTH_ENDPOINT,
        "user_auth_endpoint": USER_AUTH_ENDPOINT,
    }


def _filled(template: str, *, hotel: str, booking_id: str = "") -> str:
    return template.replace("{hotel}", hotel).replace("{booking_id}", booking_id)
