"""Who waits for facts about which booking."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from contracts.message import Envelope


class Hearing:
    """The facts about one booking, as they happen."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[Envelope | None] = asyncio.Queue()

    def tell(self, fact: Envelope | None) -> None:
        """A fact happened; None: some may have been missed."""
        self._queue.put_nowait(fact)

    async def next(self, *, within: float) -> Envelope | None:
        """The next fact. None after so many seconds without one, or where one may have been missed: look yourself."""
        try:
            async with asyncio.timeout(within):
                return await self._queue.get()
        except TimeoutError:
            return None

    def drain(self) -> None:
        """Forget what was told so far: the hearer has just looked for itself."""
        while not self._queue.empty():
            self._queue.get_nowait()


class Hearings:
    """All who are waiting, by booking."""

    def __init__(self) -> None:
        self._by_booking: defaultdict[str, set[Hearing]] = defaultdict(set)

    def __bool__(self) -> bool:
        return bool(self._by_booking)

    @contextmanager
    def hear(self, booking_id: str) -> Iterator[Hearing]:
        """Every fact about this booking until the block ends."""
        hearing = Hearing()
        self._by_booking[booking_id].add(hearing)
        try:
            yield hearing
        finally:
            waiting = self._by_booking[booking_id]
            waiting.discard(hearing)
            if not waiting:
                del self._by_booking[booking_id]

    def tell(self, fact: Envelope) -> None:
        """Pass a fact on to who waits for it."""
        for hearing in self._by_booking.get(fact.subject, ()):
            hearing.tell(fact)

    def interrupt(self) -> None:
        """Facts may have been missed: everybody looks for themselves."""
        for waiting in self._by_booking.values():
            for hearing in waiting:
                hearing.tell(None)
