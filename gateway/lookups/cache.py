"""A cache: concurrent callers share one fetch, and an old value bridges an outage."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

from chassis.refusal import Unavailable

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

MAX_ENTRIES = 2_000


class Cache(Generic[K, V]):
    """Caches the values of `fetch(key)`; a value older than `max_age` seconds is fetched again."""

    def __init__(
        self, fetch: Callable[[K], Awaitable[V]], *, max_age: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._fetch = fetch
        self._max_age = max_age
        self._clock = clock
        self._entries: OrderedDict[K, tuple[float, V]] = OrderedDict()
        self._fetches: dict[K, asyncio.Future[V]] = {}

    async def get(self, key: K) -> V:
        """The current value or, during an outage, the last cached value. Raises `Unavailable` if none is cached."""
        expires, value = self._entries.get(key, (0.0, None))
        if value is not None and self._clock() < expires:
            return value
        fetch = self._fetches.get(key)
        if fetch is None:
            fetch = self._fetches[key] = asyncio.ensure_future(self._refresh(key))
            fetch.add_done_callback(lambda done: done.cancelled() or done.exception())  # also if all gave up waiting
        try:
            return await asyncio.shield(fetch)
        except Unavailable:
            if value is None:
                raise
            return value

    async def _refresh(self, key: K) -> V:
        try:
            value = await self._fetch(key)
        finally:
            self._fetches.pop(key, None)
        self._entries[key] = (self._clock() + self._max_age, value)
        self._entries.move_to_end(key)
        if len(self._entries) > MAX_ENTRIES:
            self._entries.popitem(last=False)
        return value
