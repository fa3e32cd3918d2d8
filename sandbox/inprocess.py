"""A stand-in inside a test's own process: a thread with an event loop, and plain calls into it."""

import asyncio
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from sandbox.serving import Ready

T = TypeVar("T")
World = TypeVar("World")

START_SECONDS = 10.0


class InProcess(ABC, Generic[World]):
    """Runs `serving` in a thread until `stop`; `world` is what it serves, touched in its own loop only."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @abstractmethod
    def serving(self, ready: Ready[World]) -> Coroutine[Any, Any, None]:
        """What runs until it is stopped. It hands its world, and what stops it, to `ready`."""

    def begin(self) -> Self:
        """Start the thread. Raises `RuntimeError` where nothing answers in time."""
        self._thread.start()
        if not self._ready.wait(START_SECONDS):
            raise RuntimeError(f"the {self._name} did not start")
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End the thread."""
        self._loop.call_soon_threadsafe(self._stop)
        self._thread.join(START_SECONDS)

    def call(self, function: Callable[[World], T]) -> T:
        """Call it with the world, in the world's own loop."""

        async def called() -> T:
            return function(self._world)

        return self.awaited(lambda _: called())

    def awaited(self, coroutine: Callable[[World], Coroutine[Any, Any, T]]) -> T:
        """Await what it makes of the world, in the world's own loop."""
        return asyncio.run_coroutine_threadsafe(coroutine(self._world), self._loop).result()

    def _run(self) -> None:
        asyncio.run(self.serving(self._started))

    def _started(self, world: World, stop: Callable[[], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._world = world
        self._stop = stop
        self._ready.set()
