"""The stand-in inside the test process: a thread with a port, and blocking calls into it."""

from collections.abc import Coroutine
from typing import Any, Self

from sandbox.in_process import InProcessServer
from sandbox.pusher.app_state import PusherAppState
from sandbox.pusher.event_log import EventQuery, ReceivedEvent, SentFrame
from sandbox.pusher.faults import ApiFault, ApiFaultMode
from sandbox.pusher.server import serve
from sandbox.pusher.settings import PusherAppSettings
from sandbox.server import ReadyCallback
from sandbox.sockets import listen


class PusherStandIn(InProcessServer[PusherAppState]):
    """A running stand-in. Created by `start`, ended by `stop` or a `with` statement."""

    def __init__(self, settings: PusherAppSettings, *, host: str, port: int) -> None:
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
        """Listen and serve. Port 0 picks a free port. The other arguments are those of `PusherAppSettings`."""
        settings = PusherAppSettings(
            app_id=app_id,
            key=key,
            secret=secret,
            activity_timeout=activity_timeout,
            pong_timeout=pong_timeout,
            max_connections=max_connections,
            webhook_url=webhook_url,
        )
        return cls(settings, host=host, port=port).launch()

    def stop(self) -> None:
        """Close every connection and the port."""
        super().stop()
        self._listener.close()

    @property
    def http_url(self) -> str:
        """The base URL of the HTTP API and the control API."""
        return f"http://{self.host}:{self.port}"

    @property
    def ws_url(self) -> str:
        """The URL for clients, with the protocol version."""
        return f"ws://{self.host}:{self.port}/app/{self.settings.key}?protocol=7"

    def events(self, *, channel: str | None = None, event: str | None = None, after: int = 0) -> list[ReceivedEvent]:
        """The received events, oldest first."""
        query = EventQuery(channel=channel, event=event, after=after)
        return self.call(lambda state: state.event_log.received(query))

    def wait_for(
        self,
        *,
        channel: str | None = None,
        event: str | None = None,
        after: int = 0,
        count: int = 1,
        timeout: float = 5.0,
    ) -> list[ReceivedEvent]:
        """Wait for at least `count` received events and return them.

        Raises:
            TimeoutError: fewer than `count` events arrived within `timeout` seconds.

        """
        query = EventQuery(channel=channel, event=event, after=after)
        events = self.run(lambda state: state.event_log.wait(query, count=count, timeout=timeout))
        if len(events) < count:
            raise TimeoutError(f"{len(events)} of {count} events for {query} in {timeout} s")
        return events

    def deliveries(
        self,
        *,
        channel: str | None = None,
        event: str | None = None,
        after: int = 0,
        socket_id: str | None = None,
    ) -> list[SentFrame]:
        """The frames sent to sockets, oldest first."""
        query = EventQuery(channel=channel, event=event, after=after)
        return self.call(lambda state: state.event_log.deliveries(query, socket_id=socket_id))

    def fault(self, mode: str, *, status: int = 500, times: int | None = 1, seconds: float = 1.0) -> None:
        """Apply a fault to the next `times` API requests, or until `reset` where `times` is None."""
        fault = ApiFault(mode=ApiFaultMode(mode), status=status, times=times, seconds=seconds)
        self.call(lambda state: state.faults.add(fault))

    def disconnect(self, *, code: int | None = None) -> int:
        """Close every socket with a code; without a code, abort the connections. Returns the number of sockets."""
        return self.call(lambda state: state.channels.close_all(code=code))

    def refuse_connections(self, on: bool = True, *, code: int | None = None) -> None:
        """Refuse new sockets, or accept them again."""

        def change(state: PusherAppState) -> None:
            state.outage.refuses_connections = on
            state.outage.refusal_code = code

        self.call(change)

    def reset(self) -> None:
        """Delete all records and faults. Sockets stay connected."""
        self.call(PusherAppState.reset)

    def serve(self, ready: ReadyCallback[PusherAppState]) -> Coroutine[Any, Any, None]:
        """Serve both APIs and the sockets."""
        return serve(self.settings, self._listener, ready=ready)
