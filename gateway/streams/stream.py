"""One client's event stream: the events that wait to be sent, and the end."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from contracts.bookings.views import FeedItem
from contracts.data import Data
from contracts.values import Context

MAX_WAITING = 1_000  # events; a client that is further behind connects again, and resumes


@dataclass
class FeedEntry:
    """An event of a feed. `encoded` has the bytes that are sent, by the kind of their reader."""

    item: FeedItem
    encoded: dict[str, bytes] = field(default_factory=dict)


class StreamToken(Data):
    """The token that a stream was opened with; `kind` is `guest` or `staff`."""

    kind: str
    text: str


class EventStream:
    """An open stream of the events of a booking. `context` is the context of asks for the stream's client."""

    def __init__(self, token: StreamToken, *, hotel: str, booking_id: str, context: Context) -> None:
        self.token = token
        self.hotel = hotel
        self.booking_id = booking_id
        self.context = context
        self.ended = False
        self.replaced = False
        self._entries: asyncio.Queue[FeedEntry | None] = asyncio.Queue()

    def deliver(self, entries: Iterable[FeedEntry]) -> None:
        """Let the events wait to be sent; ends the stream where too many wait already."""
        for entry in entries:
            self._entries.put_nowait(entry)
        if self._entries.qsize() > MAX_WAITING:
            self.end()

    def end(self, *, replaced: bool = False) -> None:
        """End the stream. Events that wait are not sent."""
        self.ended, self.replaced = True, replaced
        self._entries.put_nowait(None)

    async def next(self, *, within: float) -> FeedEntry | None:
        """Wait for the next event; returns None after `within` seconds, and where the stream has ended."""
        entry: Any = None
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                entry = await self._entries.get()
        return None if self.ended else entry
