"""Limits the request rate of all clients together."""

import asyncio
import time


class RequestPacer:
    """Lets at most `rate` requests a second begin, evenly."""

    def __init__(self, rate: float) -> None:
        self._interval = 1 / rate
        self._next = 0.0

    async def wait_for_turn(self) -> None:
        """Wait for the turn of the next request."""
        now = time.monotonic()
        self._next = max(self._next + self._interval, now)
        if self._next > now:
            await asyncio.sleep(self._next - now)
