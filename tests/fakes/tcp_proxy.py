"""A TCP proxy between a process and its database or broker, which can make connections silent, slow, or reset them."""

import ctypes
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit

SO_ATTACH_FILTER = 26
DROP_EVERYTHING = struct.pack("HBBI", 0x06, 0, 0, 0)  # a classic BPF program: return 0


def drop_packets(endpoint: socket.socket) -> None:
    """Have the kernel drop every packet that arrives at the socket, so that the peer gets no acknowledgement."""
    program = ctypes.create_string_buffer(DROP_EVERYTHING)
    endpoint.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HL", 1, ctypes.addressof(program)))


def _open() -> threading.Event:
    gate = threading.Event()
    gate.set()
    return gate


@dataclass(eq=False)
class ProxiedConnection:
    """One connection through the proxy: `near` is the process's side, `far` the server's."""

    near: socket.socket
    far: socket.socket
    delay: float = 0.0
    to_server: threading.Event = field(default_factory=_open)
    to_process: threading.Event = field(default_factory=_open)

    def start(self) -> None:
        for source, target, gate in ((self.near, self.far, self.to_server), (self.far, self.near, self.to_process)):
            threading.Thread(target=self._pump, args=(source, target, gate), daemon=True).start()

    def _pump(self, source: socket.socket, target: socket.socket, gate: threading.Event) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                gate.wait()
                time.sleep(self.delay)
                target.sendall(data)
        gate.wait()
        with suppress(OSError):
            target.shutdown(socket.SHUT_WR)

    def hold(self, *, to_server: bool = True, to_process: bool = True) -> None:
        """Pass nothing on. The kernels go on acknowledging, as where the server is frozen."""
        if to_server:
            self.to_server.clear()
        if to_process:
            self.to_process.clear()

    def release(self) -> None:
        """Pass on what was held, and everything after it."""
        self.to_server.set()
        self.to_process.set()

    def lose(self) -> None:
        """Drop every packet, as where the network is gone."""
        self.hold()
        drop_packets(self.near)
        drop_packets(self.far)

    def reset(self) -> None:
        """Reset the connection on both sides."""
        for endpoint in (self.near, self.far):
            with suppress(OSError):
                endpoint.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                endpoint.shutdown(socket.SHUT_RD)  # ends the thread that reads, which would delay the reset
            endpoint.close()


class TcpProxy:
    """Listens on a loopback port and passes every connection on to `host:port` of the server's URL."""

    def __init__(self, url: str) -> None:
        self._parts = urlsplit(url)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._new_ones_are_held = False
        self.connections: list[ProxiedConnection] = []
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

    def hold(self, *, new_ones: bool = False) -> None:
        """Hold all connections and, with `new_ones`, also those that are made later."""
        self._new_ones_are_held = new_ones
        for connection in self.connections:
            connection.hold()

    def pass_new_ones(self) -> None:
        """Hold no connection that is made from now on; those that exist stay as they are."""
        self._new_ones_are_held = False

    def lose(self) -> None:
        """Drop every packet of the connections that exist."""
        for connection in self.connections:
            connection.lose()

    def delay(self, seconds: float) -> None:
        """Pass each piece of data on after `seconds`."""
        for connection in self.connections:
            connection.delay = seconds

    def release(self) -> None:
        """Pass on what was held."""
        self._new_ones_are_held = False
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
        self.release()
        self.reset()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection((self._parts.hostname or "", self._parts.port or 0))
                connection = ProxiedConnection(near, far)
                if self._new_ones_are_held:
                    connection.hold()
                self.connections.append(connection)
                connection.start()


@contextmanager
def proxied(url: str) -> Iterator[TcpProxy]:
    """A proxy to the server at this URL, closed at the end of the block."""
    proxy = TcpProxy(url)
    try:
        yield proxy
    finally:
        proxy.close()
