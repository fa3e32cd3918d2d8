"""Remembers for a moment what was asked: many who want the same at once ask once, and an outage is bridged."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

from chassis.refusal import Unavailable

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

MOST = 2_000


class Remembered(Generic[K, V]):
    """Answers of `ask(key)`, asked again after `seconds`. Raises `Unavailable` where nothing is known."""

    def __init__(
        self,
        ask: Callable[[K], Awaitable[V]],
        *,
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ask = ask
        self._seconds = seconds
        self._clock = clock
        self._known: OrderedDict[K, tuple[float, V]] = OrderedDict()
        self._asking: dict[K, asyncio.Future[V]] = {}

    async def get(self, key: K) -> V:
        """What is known, at most so many seconds old unless nobody answers."""
        until, value = self._known.get(key, (0.0, None))
        if value is not None and self._clock() < until:
            return value
        asking = self._asking.get(key)
        if asking is None:
            asking = self._asking[key] = asyncio.ensure_future(self._fetch(key))
            asking.add_done_callback(lambda done: done.cancelled() or done.exception())  # also if all gave up waiting
        try:
            return await asyncio.shield(asking)
        except Unavailable:
            if value is None:
                raise
            return value

    async def _fetch(self, key: K) -> V:
        try:
            value = await self._ask(key)
        finally:
            self._asking.pop(key, None)
        self._known[key] = (self._clock() + self._seconds, value)
        self._known.move_to_end(key)
        if len(self._known) > MOST:
            self._known.popitem(last=False)
        return value
