"""One connection through a TCP proxy, which can be made slow, silent or unreachable, or be reset."""

import ctypes
import socket
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress

SO_ATTACH_FILTER, SO_DETACH_FILTER = 26, 27
DROP_EVERYTHING = struct.pack("HBBI", 0x06, 0, 0, 0)  # a classic BPF program: return 0
RESET_AT_CLOSE = struct.pack("ii", 1, 0)


def drop_packets(endpoint: socket.socket) -> None:
    """Have the kernel drop every packet that arrives at the socket, so that the peer gets no acknowledgement."""
    program = ctypes.create_string_buffer(DROP_EVERYTHING)
    endpoint.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HL", 1, ctypes.addressof(program)))


def take_packets(endpoint: socket.socket) -> None:
    """Have the kernel deliver packets again; the peer sends the dropped ones again."""
    with suppress(OSError):  # nothing was dropped
        endpoint.setsockopt(socket.SOL_SOCKET, SO_DETACH_FILTER, 0)


def _opened() -> threading.Event:
    gate = threading.Event()
    gate.set()
    return gate


class ProxiedConnection:
    """One connection through the proxy: `near` is the process's side, `far` the server's.

    Each direction has a thread. `ended` is called once both sides are closed.
    """

    def __init__(
        self, near: socket.socket, far: socket.socket, *, ended: Callable[["ProxiedConnection"], None] = lambda _: None
    ) -> None:
        self.near, self.far = near, far
        self.delay = 0.0
        self.to_server, self.to_process = _opened(), _opened()
        self._resets = False
        self._ended = ended
        self._lock = threading.Lock()
        self._pumps = 2

    def start(self) -> None:
        """Pass on what either side sends."""
        for source, target, gate in ((self.near, self.far, self.to_server), (self.far, self.near, self.to_process)):
            threading.Thread(target=self._run, args=(source, target, gate), daemon=True).start()

    @property
    def server_port(self) -> int:
        """The port from which the server sees the connection; 0 where it has ended."""
        try:
            return int(self.far.getsockname()[1])
        except OSError:
            return 0

    def hold(self, *, to_server: bool = True, to_process: bool = True) -> None:
        """Pass nothing on. The kernels go on acknowledging, as where the server is frozen."""
        if to_server:
            self.to_server.clear()
        if to_process:
            self.to_process.clear()

    def release(self) -> None:
        """Pass on what was held, and everything after it; packets arrive again."""
        for endpoint in (self.near, self.far):
            take_packets(endpoint)
        self.to_server.set()
        self.to_process.set()

    def lose(self) -> None:
        """Drop every packet, as where the network is gone."""
        self.hold()
        with suppress(OSError):
            drop_packets(self.near)
            drop_packets(self.far)

    def reset(self) -> None:
        """Reset the connection on both sides; what was held is lost."""
        self._resets = True
        for endpoint in (self.near, self.far):
            with suppress(OSError):
                take_packets(endpoint)
                endpoint.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_AT_CLOSE)
                endpoint.shutdown(socket.SHUT_RD)  # ends the thread that reads, without a packet
        self.to_server.set()
        self.to_process.set()

    def _run(self, source: socket.socket, target: socket.socket, gate: threading.Event) -> None:
        with suppress(OSError):
            self._pump(source, target, gate)
        with self._lock:
            self._pumps -= 1
            if self._pumps:
                return
        for endpoint in (self.near, self.far):
            endpoint.close()
        self._ended(self)

    def _pump(self, source: socket.socket, target: socket.socket, gate: threading.Event) -> None:
        try:
            while data := source.recv(65536):
                gate.wait()
                if self.delay:
                    time.sleep(self.delay)
                if self._resets:
                    return
                target.sendall(data)
        finally:
            gate.wait()
            if not self._resets:
                with suppress(OSError):
                    target.shutdown(socket.SHUT_WR)
