"""The stand-in inside a test's own process: a thread with a port, and plain calls into it."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, Self, TypeVar

from sandbox.listening import listen
from sandbox.pusher.faults import Fault, Mode
from sandbox.pusher.journal import Delivery, Query, Told
from sandbox.pusher.serving import serve
from sandbox.pusher.settings import Settings
from sandbox.pusher.world import World

T = TypeVar("T")
START_SECONDS = 10.0


class PusherStandIn:
    """A running stand-in. Make one with `start`, in a `with` statement or with a `stop` later."""

    def __init__(self, settings: Settings, *, host: str, port: int) -> None:
        self.settings = settings
        self._listener = listen(host, port)
        self.host: str = host
        self.port: int = self._listener.getsockname()[1]
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pusher-stand-in", daemon=True)

    @classmethod
    def start(
        cls,
        *,
        app_id: str = "1",
        key: str = "key",
        secret: str = "secret",
        host: str = "127.0.0.1",
        port: int = 0,
        activity_timeout: float = 120,
        pong_timeout: float = 30,
        max_connections: int | None = None,
        webhook_url: str | None = None,
    ) -> Self:
        """Listen and serve; port 0 picks a free one, the rest is as in `Settings`."""
        settings = Settings(
            app_id=app_id,
            key=key,
            secret=secret,
            activity_timeout=activity_timeout,
            pong_timeout=pong_timeout,
            max_connections=max_connections,
            webhook_url=webhook_url,
        )
        stand_in = cls(settings, host=host, port=port)
        stand_in._thread.start()
        if not stand_in._ready.wait(START_SECONDS):
            raise RuntimeError("the pusher stand-in did not start")
        return stand_in

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Close every connection and the port."""
        self._loop.call_soon_threadsafe(self._stop)
        self._thread.join(START_SECONDS)
        self._listener.close()

    @property
    def http_url(self) -> str:
        """Where the HTTP and control APIs are."""
        return f"http://{self.host}:{self.port}"

    @property
    def ws_url(self) -> str:
        """Where a client connects, protocol included."""
        return f"ws://{self.host}:{self.port}/app/{self.settings.key}?protocol=7"

    def events(self, *, channel: str | None = None, event: str | None = None, after: int = 0) -> list[Told]:
        """What it was told, oldest first."""
        query = Query(channel=channel, event=event, after=after)
        return self._call(lambda: self._world.journal.told(query))

    def wait_for(
        self,
        *,
        channel: str | None = None,
        event: str | None = None,
        after: int = 0,
        count: int = 1,
        timeout: float = 5.0,
    ) -> list[Told]:
        """The same, as soon as there are `count`.

        Raises:
            TimeoutError: there are fewer after `timeout` seconds.

        """
        query = Query(channel=channel, event=event, after=after)
        found = self._await(self._world.journal.wait(query, count=count, timeout=timeout))
        if len(found) < count:
            raise TimeoutError(f"{len(found)} of {count} events for {query} in {timeout} s")
        return found

    def deliveries(
        self,
        *,
        channel: str | None = None,
        event: str | None = None,
        after: int = 0,
        socket_id: str | None = None,
    ) -> list[Delivery]:
        """What it sent to sockets, oldest first."""
        query = Query(channel=channel, event=event, after=after)
        return self._call(lambda: self._world.journal.deliveries(query, socket_id=socket_id))

    def fault(self, mode: str, *, status: int = 500, times: int | None = 1, seconds: float = 1.0) -> None:
        """Let the next `times` API requests fail; None is until `reset`."""
        fault = Fault(mode=Mode(mode), status=status, times=times, seconds=seconds)
        self._call(lambda: self._world.faults.add(fault))

    def disconnect(self, *, code: int | None = None) -> int:
        """Drop every socket, with an error code or without a word; how many there were."""
        return self._call(lambda: self._world.hub.hang_up_all(code=code))

    def refuse_connections(self, on: bool = True, *, code: int | None = None) -> None:
        """Turn new sockets away, or no longer."""

        def change() -> None:
            self._world.moods.refuses_connections = on
            self._world.moods.refusal_code = code

        self._call(change)

    def reset(self) -> None:
        """Forget everything told and sent, and every fault. Sockets stay connected."""
        self._call(self._world.reset)

    def _run(self) -> None:
        asyncio.run(serve(self.settings, self._listener, ready=self._started))

    def _started(self, world: World, stop: Callable[[], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._world = world
        self._stop = stop
        self._ready.set()

    def _call(self, function: Callable[[], T]) -> T:
        async def called() -> T:
            return function()

        return self._await(called())

    def _await(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()
