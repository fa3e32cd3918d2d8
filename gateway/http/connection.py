"""One client's connection: the bounds of what a client may send, and how long the gateway waits for the client.

Uvicorn bounds neither the size of a head nor the time that a client takes to send a request. `HttpConnection` counts
the bytes before Uvicorn's parser stores them; `close_overdue`, called every second, closes the connections of clients
that take too long.
"""

import resource
from asyncio import BaseTransport
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD = 32 * 1024
MAX_FRAMING = 64 * 1024  # bytes of a body that are not its content: sizes of chunks, their extensions, trailers
MOST_CONNECTIONS = 10_000
OTHER_DESCRIPTORS = 200  # log, event loop, database, broker
PATIENCE = 10.0  # seconds for a head, and for a whole body
PATIENCE_WHEN_CROWDED = 1.0
WRITES_WITHIN = 30.0  # seconds in which a client takes what the gateway has sent
_PART = 4096  # bytes that are parsed between two checks


class HttpConnection(HttpToolsProtocol):
    """Uvicorn's HTTP protocol with bounds. `waits_since` is None while the client waits for the gateway."""

    most: ClassVar[int] = MOST_CONNECTIONS
    waits_since: float | None
    stalled_since: float | None = None
    _in_head = _in_body = False
    _head = _content = _framing = 0

    def connection_made(self, transport: BaseTransport) -> None:
        """Begin to wait for a head, or refuse the connection where there are too many."""
        super().connection_made(transport)  # type: ignore[arg-type]
        self.waits_since = self.loop.time()
        if len(self.connections) > self.most:
            self.transport.abort()

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
        self._in_head, self._in_body, self._head = True, False, 0
        self.waits_since = self.loop.time()

    def on_headers_complete(self) -> None:
        """Begin a body. The fields after a body (trailers) do not become headers of the request."""
        self._in_head, self._in_body, self._framing = False, True, 0
        self.waits_since = self.loop.time()
        super().on_headers_complete()
        self.headers = []

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
