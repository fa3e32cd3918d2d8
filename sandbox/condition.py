"""A condition that readers await until enough records exist."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


class Condition:
    """Lets readers wait for records; call `notify_all` after each new record. All calls are from one event loop."""

    def __init__(self) -> None:
        self._changed = asyncio.Event()
        self._closed = False

    def notify_all(self) -> None:
        """Wake every waiting reader."""
        self._changed.set()
        self._changed = asyncio.Event()

    def close(self) -> None:
        """End every wait, now and later; each wait returns the records that exist."""
        self._closed = True
        self.notify_all()

    async def wait_for(self, read: Callable[[], Sequence[T]], *, count: int, timeout: float) -> list[T]:
        """Wait until `read` returns `count` or more records, at most `timeout` seconds; returns the last result."""
        deadline = asyncio.get_running_loop().time() + timeout
        while len(records := read()) < count and not self._closed:
            try:
                async with asyncio.timeout_at(deadline):
                    await self._changed.wait()
            except TimeoutError:
                return list(read())
        return list(records)
