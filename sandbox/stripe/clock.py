"""The stand-in's clock: real time plus an offset set by the control API, with deadlines."""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable
from itertools import count

DAY = 86_400


class Clock:
    """The clock, in whole UTC seconds. Due deadlines run in order, each at its own time: `now` returns that time."""

    def __init__(self) -> None:
        self.offset = 0
        self._running_at: int | None = None
        self._deadlines: list[tuple[int, int, Callable[[], None]]] = []
        self._numbers = count()

    def now(self) -> int:
        return self._running_at or int(time.time()) + self.offset

    def advance(self, seconds: int) -> None:
        """Advance the clock and run every due deadline."""
        self.offset += seconds
        self.run_due()

    def call_at(self, moment: int, action: Callable[[], None]) -> None:
        heapq.heappush(self._deadlines, (moment, next(self._numbers), action))

    def run_due(self) -> None:
        now = int(time.time()) + self.offset
        while self._deadlines and self._deadlines[0][0] <= now:
            moment, _, action = heapq.heappop(self._deadlines)
            self._running_at = moment
            try:
                action()
            finally:
                self._running_at = None
