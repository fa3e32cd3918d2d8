"""A TCP proxy between a process and its database or broker, which can make connections silent, slow, or reset them."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit, urlunsplit

from sandbox.chaos.proxied_connection import ProxiedConnection, drop_packets, take_packets

CONNECT_WITHIN = 10.0


class TcpProxy:
    """Listens on a loopback port and passes every connection on to `host:port` of the server's URL."""

    def __init__(self, url: str) -> None:
        self._parts = urlsplit(url)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._lock = threading.Lock()
        self._new_ones_are_held = False
        self._delay_of_new_ones = 0.0
        self._connections: list[ProxiedConnection] = []
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        """The port on which the proxy listens."""
        return int(self._listener.getsockname()[1])

    @property
    def url(self) -> str:
        """The server's URL by way of the proxy."""
        user = self._parts.netloc.rpartition("@")[0]
        return urlunsplit(self._parts._replace(netloc=f"{user}@127.0.0.1:{self.port}"))

    @property
    def connections(self) -> list[ProxiedConnection]:
        """The connections that exist."""
        with self._lock:
            return list(self._connections)

    def hold(self, *, new_ones: bool = False) -> None:
        """Hold all connections and, with `new_ones`, also those that are made later."""
        self._new_ones_are_held = new_ones
        for connection in self.connections:
            connection.hold()

    def pass_new_ones(self) -> None:
        """Hold no connection that is made from now on; those that exist stay as they are."""
        self._new_ones_are_held = False

    def lose(self, *, new_ones: bool = False) -> None:
        """Drop every packet of the connections that exist and, with `new_ones`, those of connections to be made."""
        if new_ones:
            drop_packets(self._listener)
        for connection in self.connections:
            connection.lose()

    def delay(self, seconds: float, *, new_ones: bool = False) -> None:
        """Pass each piece of data on after `seconds`."""
        if new_ones:
            self._delay_of_new_ones = seconds
        for connection in self.connections:
            connection.delay = seconds

    def release(self) -> None:
        """Pass on what was held, and take the packets that were dropped when they are sent again."""
        self._new_ones_are_held = False
        take_packets(self._listener)
        for connection in self.connections:
            connection.release()

    def reset(self) -> None:
        """Reset all connections."""
        for connection in self.connections:
            connection.reset()

    def close(self) -> None:
        """Stop listening and reset all connections."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.reset()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._pass_on, args=(near,), daemon=True).start()

    def _pass_on(self, near: socket.socket) -> None:
        """Connect to the server for a process that has connected; where the server is away, the process learns it."""
        server = (self._parts.hostname or "", self._parts.port or 0)
        try:
            far = socket.create_connection(server, timeout=CONNECT_WITHIN)
        except OSError:
            near.close()
            return
        far.settimeout(None)
        for endpoint in (near, far):
            endpoint.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection = ProxiedConnection(near, far, ended=self._forget)
        with self._lock:
            self._connections.append(connection)
        connection.delay = self._delay_of_new_ones
        if self._new_ones_are_held:
            connection.hold()
        connection.start()

    def _forget(self, connection: ProxiedConnection) -> None:
        with self._lock:
            self._connections.remove(connection)


@contextmanager
def proxied(url: str) -> Iterator[TcpProxy]:
    """A proxy to the server at this URL, closed at the end of the block."""
    proxy = TcpProxy(url)
    try:
        yield proxy
    finally:
        proxy.close()
