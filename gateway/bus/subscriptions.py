"""Subscriptions to the events of single bookings."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from contracts.message import Envelope


class EventSubscription:
    """The events of one booking, in the order in which they arrive."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[Envelope | None] = asyncio.Queue()

    def deliver(self, event: Envelope | None) -> None:
        """Queue an event, or None to say that the subscriber may have missed events."""
        self._queue.put_nowait(event)

    async def next(self, *, within: float) -> Envelope | None:
        """Wait for the next event; returns None after `within` seconds, or where events may have been missed."""
        try:
            async with asyncio.timeout(within):
                return await self._queue.get()
        except TimeoutError:
            return None

    def drain(self) -> None:
        """Drop the queued events: the subscriber is about to read the booking anyway."""
        while not self._queue.empty():
            self._queue.get_nowait()


class EventSubscriptions:
    """The subscriptions of all bookings."""

    def __init__(self) -> None:
        self._by_booking: defaultdict[str, set[EventSubscription]] = defaultdict(set)

    def __bool__(self) -> bool:
        return bool(self._by_booking)

    @contextmanager
    def subscribe(self, booking_id: str) -> Iterator[EventSubscription]:
        """Subscribe to this booking's events until the `with` block ends."""
        subscription = EventSubscription()
        self._by_booking[booking_id].add(subscription)
        try:
            yield subscription
        finally:
            subscriptions = self._by_booking[booking_id]
            subscriptions.discard(subscription)
            if not subscriptions:
                del self._by_booking[booking_id]

    def deliver(self, event: Envelope) -> None:
        """Pass an event on to the subscriptions of its booking."""
        for subscription in self._by_booking.get(event.subject, ()):
            subscription.deliver(event)

    def interrupt(self) -> None:
        """Wake every subscriber: events may have been missed."""
        for subscriptions in self._by_booking.values():
            for subscription in subscriptions:
                subscription.deliver(None)
