"""How clients connect to the push provider: the notifier says it, we fill in the booking or the hotel."""

import time

from chassis.observability import trace
from chassis.refusal import Unavailable
from contracts.notifier import DescribeRealtime, Realtime
from contracts.values import Context
from gateway.bus import Bus
from gateway.memory import Remembered
from gateway.shapes.realtime import GuestRealtime, StaffRealtime

SECONDS = 60.0
PATIENCE = 1.0  # a booking is shown without push rather than late
SILENCE = 2.0

AUTH_ENDPOINT = "/api/realtime/auth/"
USER_AUTH_ENDPOINT = "/api/realtime/user-auth/"


class KnownRealtime:
    """The notifier's description, remembered. None while it is not known: pages then use the event stream."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._known: Remembered[str, Realtime] = Remembered(self._ask, seconds=SECONDS)
        self._silent_until = 0.0

    async def for_guest(self, booking_id: str, *, hotel: str, last_sequence: int) -> GuestRealtime | None:
        """What the booking's page needs to hear of its changes."""
        known = await self._get()
        if known is None:
            return None
        return GuestRealtime(
            key=known.key,
            cluster=known.cluster,
            host=known.host,
            port=known.port,
            secure=known.secure,
            channel=_filled(known.booking_channel, hotel=hotel, booking_id=booking_id),
            public_channel=_filled(known.public_channel, hotel=hotel),
            auth_endpoint=AUTH_ENDPOINT,
            user_auth_endpoint=USER_AUTH_ENDPOINT,
            events=known.booking_events,
            last_sequence=last_sequence,
        )

    async def for_staff(self, hotel: str) -> StaffRealtime | None:
        """What a hotel's board needs."""
        known = await self._get()
        if known is None:
            return None
        return StaffRealtime(
            key=known.key,
            cluster=known.cluster,
            host=known.host,
            port=known.port,
            secure=known.secure,
            channels=tuple(_filled(channel, hotel=hotel) for channel in known.staff_channels),
            public_channel=_filled(known.public_channel, hotel=hotel),
            auth_endpoint=AUTH_ENDPOINT,
            user_auth_endpoint=USER_AUTH_ENDPOINT,
            events=known.staff_events,
        )

    async def _get(self) -> Realtime | None:
        if time.monotonic() < self._silent_until:
            return None
        try:
            return await self._known.get("")
        except Unavailable:
            self._silent_until = time.monotonic() + SILENCE
            return None

    async def _ask(self, _: str) -> Realtime:
        reply, __ = await self._bus.ask(DescribeRealtime(), Context(traceparent=trace.current()), deadline=PATIENCE)
        return reply


def _filled(template: str, *, hotel: str, booking_id: str = "") -> str:
    return template.replace("{hotel}", hotel).replace("{booking_id}", booking_id)
