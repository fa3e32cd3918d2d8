"""Runs a stand-in in a thread of the test process, with blocking calls."""

import asyncio
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from sandbox.server import ReadyCallback

T = TypeVar("T")
State = TypeVar("State")

START_SECONDS = END_SECONDS = 10.0


class InProcessServer(ABC, Generic[State]):
    """Runs `serve` in a thread until `stop`. The served state is only used in the thread's event loop."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @abstractmethod
    def serve(self, ready: ReadyCallback[State]) -> Coroutine[Any, Any, None]:
        """Serve until stopped; passes the state and the stop function to `ready`. Subclasses implement this method."""

    def launch(self) -> Self:
        """Start the thread. Raises `RuntimeError` if the server is not ready in time."""
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
        """Stop the server and join its thread. Raises `TimeoutError` if the thread does not end."""
        self._loop.call_soon_threadsafe(self._stop)
        self._thread.join(END_SECONDS)
        if self._thread.is_alive():
            raise TimeoutError(f"the {self._name} did not end")

    def call(self, function: Callable[[State], T]) -> T:
        """Call the function with the state, in the server's event loop; returns its result."""

        async def call_in_loop() -> T:
            return function(self._state)

        return self.run(lambda _: call_in_loop())

    def run(self, coroutine: Callable[[State], Coroutine[Any, Any, T]]) -> T:
        """Run a coroutine function with the state, in the server's event loop; returns its result."""
        return asyncio.run_coroutine_threadsafe(coroutine(self._state), self._loop).result()

    def _run(self) -> None:
        asyncio.run(self.serve(self._started))

    def _started(self, state: State, stop: Callable[[], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._state = state
        self._stop = stop
        self._ready.set()
