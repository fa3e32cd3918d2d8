"""The feed of one booking, read once for all of the booking's event streams.

An event on the bus only wakes the reading. So the streams have the events of the feed, in order and without a gap, also
after an outage.
"""

import asyncio

from chassis.refusal import Refusal, Unavailable
from contracts.bookings.queries import GetFeed
from gateway.bus.port import Bus
from gateway.settings import GatewaySettings
from gateway.streams.stream import EventStream, FeedEntry


class SharedFeed:
    """Reads the events after `position` with the token of one of the streams, and delivers them to all.

    Staff are preferred, because only their feed has the ids of staff; a guest's stream leaves ids and names out.
    """

    def __init__(
        self, bus: Bus, settings: GatewaySettings, *, booking_id: str, position: int, stopping: asyncio.Event
    ) -> None:
        self.position = position
        self.streams: dict[EventStream, None] = {}
        self._bus = bus
        self._settings = settings
        self._booking_id = booking_id
        self._stopping = stopping

    async def run(self) -> None:
        """Deliver events while there are streams, and until the process stops; then end the streams."""
        try:
            with self._bus.subscribe(self._booking_id) as subscription:
                behind = True
                while self.streams and not self._stopping.is_set():
                    if behind:
                        subscription.drain()
                        behind = await self._read()
                        continue
                    published = await subscription.next(within=self._settings.heartbeat_seconds)
                    behind = published is None or published.sequence > self.position
        finally:
            for stream in self.streams:
                stream.end()

    async def _read(self) -> bool:
        """Read the feed once; returns whether there is more to read at once. A stream whose token is refused ends."""
        reader = next((each for each in self.streams if each.token.kind == "staff"), next(iter(self.streams)))
        query = GetFeed(hotel=reader.hotel, booking_id=self._booking_id, after=self.position)
        try:
            feed, _ = await self._bus.ask(query, reader.context, deadline=self._settings.ask_seconds)
        except Refusal:
            for stream in [each for each in self.streams if each.token == reader.token]:
                stream.end()
                self.streams.pop(stream)
            return bool(self.streams)
        except Unavailable:
            return False
        entries = [FeedEntry(item) for item in feed.events if item.sequence > self.position]
        if entries:
            self.position = entries[-1].item.sequence
            for stream in self.streams:
                stream.deliver(entries)
        return bool(feed.events) and self.position < feed.last_sequence
