"""One client's connection: the bounds of what a client may send, and how long the gateway waits for the client.

Uvicorn bounds neither the size of a head nor the time that a client takes to send a request. `HttpConnection` counts
the bytes before Uvicorn's parser stores them; `close_overdue`, called every second, closes the connections of clients
that take too long.

Uvicorn closes idle connections at once when it stops, also where a request is on its way. `HttpConnection` answers that
request first, and tells the client with each response that the connection ends.
"""

import resource
import select
from asyncio import BaseTransport
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

MAX_HEAD = 32 * 1024
MAX_FRAMING = 64 * 1024  # bytes of a body that are not its content: sizes of chunks, their extensions, trailers
MOST_CONNECTIONS = 10_000
OTHER_DESCRIPTORS = 200  # log, event loop, database, broker
PATIENCE = 10.0  # seconds for a head, and for a whole body
PATIENCE_WHEN_CROWDED = 1.0
WRITES_WITHIN = 30.0  # seconds in which a client takes what the gateway has sent
FIRST_REQUEST_WITHIN = 1.0  # seconds for which a stopping gateway waits for the first request of a connection
_PART = 4096  # bytes that are parsed between two checks


class StoppableState(ServerState):
    """What the connections of a server share; `stopping` is set once the server has begun to stop."""

    stopping = False


class HttpConnection(HttpToolsProtocol):
    """Uvicorn's HTTP protocol with bounds. `waits_since` is None while the client waits for the gateway."""

    most: ClassVar[int] = MOST_CONNECTIONS
    server_state: StoppableState
    waits_since: float | None
    stalled_since: float | None = None
    _in_head = _in_body = False
    _is_unused = True
    _made_at = 0.0
    _head = _content = _framing = 0

    def connection_made(self, transport: BaseTransport) -> None:
        """Begin to wait for a head, or refuse the connection where there are too many."""
        super().connection_made(transport)  # type: ignore[arg-type]
        self.waits_since = self._made_at = self.loop.time()
        if len(self.connections) > self.most:
            self.transport.abort()
        elif self.server_state.stopping:
            self.loop.call_later(FIRST_REQUEST_WITHIN, self.shutdown)

    def data_received(self, data: bytes) -> None:
        """Parse what has arrived, in parts, so that nothing grows beyond its bound."""
        start = 0
        while start < len(data) and not self.transport.is_closing():
            length = min(_PART, MAX_HEAD - self._head) if self._in_head else _PART
            part = data[start : start + length]
            start += length
            self._content = 0
            super().data_received(part)
            if self._in_head:
                self._head += len(part)
                if self._head >= MAX_HEAD:
                    self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            elif self._in_body:
                self._framing += len(part) - self._content
                if self._framing > MAX_FRAMING:
                    self._refuse(HTTPStatus.BAD_REQUEST)

    def on_message_begin(self) -> None:
        """Begin a head."""
        super().on_message_begin()
        self._in_head, self._in_body, self._head, self._is_unused = True, False, 0, False
        self.waits_since = self.loop.time()

    def on_headers_complete(self) -> None:
        """Begin a body. The fields after a body (trailers) do not become headers of the request."""
        self._in_head, self._in_body, self._framing = False, True, 0
        self.waits_since = self.loop.time()
        super().on_headers_complete()
        self.headers = []
        if self.server_state.stopping:
            self.close_after_response()

    def on_body(self, body: bytes) -> None:
        """Take a part of a body."""
        self._content += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """End the wait for the client, unless the gateway has answered already."""
        self._in_body = False
        self.waits_since = self.loop.time() if self.cycle.response_complete else None
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Begin to wait for the next request, unless another request waits already."""
        if self.waits_since is None and not self.pipeline:
            self.waits_since = self.loop.time()
        super().on_response_complete()

    def pause_writing(self) -> None:
        """Note that the client does not take the bytes that have been sent."""
        self.stalled_since = self.loop.time()
        super().pause_writing()

    def resume_writing(self) -> None:
        """Note that the client has taken the bytes that have been sent."""
        self.stalled_since = None
        super().resume_writing()

    def close_after_response(self) -> None:
        """Close the connection after the responses that have not begun, which say so."""
        for cycle in (self.cycle, *(waiting for waiting, _ in self.pipeline)):
            if cycle is not None and not cycle.response_started:
                cycle.keep_alive = False

    def shutdown(self) -> None:
        """Close the connection, but not before a request that is on its way is answered."""
        if self._in_head or self._has_unread():
            return
        if self._is_unused and self.loop.time() - self._made_at < FIRST_REQUEST_WITHIN:
            self.loop.call_later(FIRST_REQUEST_WITHIN, self.shutdown)
        else:
            super().shutdown()

    def _has_unread(self) -> bool:
        """Whether bytes have arrived that are not read yet."""
        if self.transport.is_closing():
            return False
        waiting = select.poll()
        waiting.register(self.transport.get_extra_info("socket"), select.POLLIN)
        return bool(waiting.poll(0))

    def is_overdue(self, now: float, *, patience: float) -> bool:
        """Whether the client has taken too long to send a request, or to take a response."""
        if self.stalled_since is None and self.transport.is_closing():
            self.stalled_since = now
        if self.stalled_since is not None and now - self.stalled_since > WRITES_WITHIN:
            return True
        return self.waits_since is not None and now - self.waits_since > patience

    def _refuse(self, status: HTTPStatus) -> None:
        if self.cycle is None or self.cycle.response_complete:
            head = f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            self.transport.write(head.encode())
        self.transport.close()


def allow_many() -> None:
    """Let this process open enough files where it may, and take no more connections than that allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    enough = MOST_CONNECTIONS + OTHER_DESCRIPTORS
    if soft == resource.RLIM_INFINITY or soft >= enough:
        return
    limit = enough if hard == resource.RLIM_INFINITY else min(enough, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    HttpConnection.most = max(limit - OTHER_DESCRIPTORS, limit // 2)


def close_overdue(connections: Iterable[Any], now: float) -> None:
    """Close the connections whose clients have taken too long; in a crowd a client has less time."""
    all_of_them = list(connections)
    crowded = len(all_of_them) > HttpConnection.most * 3 // 4
    patience = PATIENCE_WHEN_CROWDED if crowded else PATIENCE
    for connection in all_of_them:
        if isinstance(connection, HttpConnection) and connection.is_overdue(now, patience=patience):
            connection.transport.abort()
