"""The stand-in inside a test's own process: a thread with a port, and plain calls into it."""

from collections.abc import Coroutine
from typing import Any, Self

from sandbox.inprocess import InProcess
from sandbox.listening import listen
from sandbox.pusher.faults import Fault, Mode
from sandbox.pusher.journal import Delivery, Query, Told
from sandbox.pusher.serving import serve
from sandbox.pusher.settings import Settings
from sandbox.pusher.world import World
from sandbox.serving import Ready


class PusherStandIn(InProcess[World]):
    """A running stand-in. Make one with `start`, in a `with` statement or with a `stop` later."""

    def __init__(self, settings: Settings, *, host: str, port: int) -> None:
        super().__init__("pusher stand-in")
        self.settings = settings
        self._listener = listen(host, port)
        self.host: str = host
        self.port: int = self._listener.getsockname()[1]

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
        return cls(settings, host=host, port=port).begin()

    def stop(self) -> None:
        """Close every connection and the port."""
        super().stop()
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
        return self.call(lambda world: world.journal.told(query))

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
        found = self.awaited(lambda world: world.journal.wait(query, count=count, timeout=timeout))
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
        return self.call(lambda world: world.journal.deliveries(query, socket_id=socket_id))

    def fault(self, mode: str, *, status: int = 500, times: int | None = 1, seconds: float = 1.0) -> None:
        """Let the next `times` API requests fail; None is until `reset`."""
        fault = Fault(mode=Mode(mode), status=status, times=times, seconds=seconds)
        self.call(lambda world: world.faults.add(fault))

    def disconnect(self, *, code: int | None = None) -> int:
        """Drop every socket, with an error code or without a word; how many there were."""
        return self.call(lambda world: world.hub.hang_up_all(code=code))

    def refuse_connections(self, on: bool = True, *, code: int | None = None) -> None:
        """Turn new sockets away, or no longer."""

        def change(world: World) -> None:
            world.moods.refuses_connections = on
            world.moods.refusal_code = code

        self.call(change)

    def reset(self) -> None:
        """Forget everything told and sent, and every fault. Sockets stay connected."""
        self.call(World.reset)

    def serving(self, ready: Ready[World]) -> Coroutine[Any, Any, None]:
        """The port with both APIs and the sockets."""
        return serve(self.settings, self._listener, ready=ready)
