"""Waiting for what will have happened: a bell that rings for everybody who listens."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


class News:
    """Rung whenever something new was remembered."""

    def __init__(self) -> None:
        self._bell = asyncio.Event()
        self._closed = False

    def ring(self) -> None:
        """Wake whoever waits."""
        self._bell.set()
        self._bell = asyncio.Event()

    def close(self) -> None:
        """Send everybody who waits home with what there is."""
        self._closed = True
        self.ring()

    async def wait(self, find: Callable[[], Sequence[T]], *, count: int, timeout: float) -> list[T]:
        """What `find` finds, as soon as there are `count`; after `timeout` seconds what there is."""
        deadline = asyncio.get_running_loop().time() + timeout
        while len(found := find()) < count and not self._closed:
            try:
                async with asyncio.timeout_at(deadline):
                    await self._bell.wait()
            except TimeoutError:
                return list(find())
        return list(found)
