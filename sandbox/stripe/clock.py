"""The stand-in's clock: real time plus what the control has added, and the deadlines on it."""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable
from itertools import count

DAY = 86_400


class Clock:
    """Whole seconds, UTC. Deadlines run in order, each with the clock showing its own moment."""

    def __init__(self) -> None:
        self._ahead = 0
        self._standing_at: int | None = None
        self._deadlines: list[tuple[int, int, Callable[[], None]]] = []
        self._numbers = count()

    def now(self) -> int:
        return self._standing_at or int(time.time()) + self._ahead

    def advance(self, seconds: int) -> None:
        """Move forward and run every deadline passed on the way."""
        self._ahead += seconds
        self.run_due()

    def at(self, moment: int, action: Callable[[], None]) -> None:
        heapq.heappush(self._deadlines, (moment, next(self._numbers), action))

    def run_due(self) -> None:
        today = int(time.time()) + self._ahead
        while self._deadlines and self._deadlines[0][0] <= today:
            moment, _, action = heapq.heappop(self._deadlines)
            self._standing_at = moment
            try:
                action()
            finally:
                self._standing_at = None
