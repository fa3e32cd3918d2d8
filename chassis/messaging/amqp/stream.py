"""The byte stream to a node of the broker, over TCP or TLS. One thread receives; sending never waits."""

import socket
import ssl
import threading
from contextlib import suppress

import pika
from pika.tcp_socket_opts import set_sock_opts

AT_ONCE = 64 * 1024  # bytes that one call receives


class Stream:
    """A connection to the node that `node` names; raises OSError where the node cannot be reached in time.

    Its users hold `lock` around all but `receive`. Bytes that the socket does not take at once are sent by a thread
    that exists for as long as the peer is behind. Where sending fails, the stream ends, and `problem` says why.
    """

    def __init__(self, node: pika.connection.Parameters, lock: threading.RLock) -> None:
        self._lock = lock
        self._unsent = bytearray()
        self._is_behind = False
        self.problem: Exception | None = None
        self._socket = socket.create_connection((node.host, node.port), timeout=node.socket_timeout)
        try:
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            set_sock_opts(node.tcp_options, self._socket)
            self._tls = _Tls(self._socket, node) if node.ssl_options else None
            self._sending = self._socket.dup()
        except BaseException:
            self._socket.close()
            raise
        self._sending.settimeout(0)

    def receive(self, within: float) -> bytes | None:
        """The bytes that arrive next, as `opened` reads them; b"" at the end of the stream, None after `within` s."""
        self._socket.settimeout(within)
        try:
            return self._socket.recv(AT_ONCE)
        except TimeoutError:
            return None

    def opened(self, received: bytes) -> bytes:
        """Received bytes without the layer of TLS. Raises OSError."""
        return self._tls.opened(received) if self._tls else received

    def send(self, data: bytearray) -> None:
        """Send the bytes without waiting, in one call where the socket takes them. A failure ends the stream."""
        self._unsent += self._tls.sealed(data) if self._tls else data
        if self._is_behind:
            return
        try:
            sent = self._sending.send(self._unsent)
        except BlockingIOError:
            sent = 0
        except OSError as lost:
            self._give_up(lost)
            return
        del self._unsent[:sent]
        if self._unsent:
            self._is_behind = True
            threading.Thread(target=self._catch_up, name="broker-is-behind", daemon=True).start()

    def shut_down(self) -> None:
        """End the stream in both directions; `receive` returns b"". Makes no difference the second time."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Release the descriptors. Only for the thread that receives, which no longer does."""
        self._socket.close()
        self._sending.close()

    def _give_up(self, problem: Exception) -> None:
        self.problem = problem
        self.shut_down()

    def _catch_up(self) -> None:
        while True:
            with self._lock:
                chunk = bytes(self._unsent[:AT_ONCE])
                if not chunk:
                    self._is_behind = False
                    return
            try:
                sent = self._socket.send(chunk)
            except TimeoutError:
                continue
            except (OSError, ValueError) as lost:  # eventlet raises ValueError where the socket is closed
                self._give_up(lost)
                return
            with self._lock:
                del self._unsent[:sent]


class _Tls:
    """TLS between bytes in memory, so that one lock protects its state and no socket call happens inside."""

    def __init__(self, wire: socket.socket, node: pika.connection.Parameters) -> None:
        options = node.ssl_options
        self._received, self._sealed = ssl.MemoryBIO(), ssl.MemoryBIO()
        name = options.server_hostname or node.host
        self._object = options.context.wrap_bio(self._received, self._sealed, server_hostname=name)
        self._shake_hands(wire)

    def _shake_hands(self, wire: socket.socket) -> None:
        while True:
            try:
                self._object.do_handshake()
            except ssl.SSLWantReadError:
                wire.sendall(self._sealed.read())
                answer = wire.recv(AT_ONCE)
                if not answer:
                    raise ConnectionResetError("the broker ends the connection during the TLS handshake") from None
                self._received.write(answer)
            else:
                wire.sendall(self._sealed.read())
                return

    def opened(self, received: bytes) -> bytes:
        self._received.write(received)
        data = bytearray()
        with suppress(ssl.SSLWantReadError, ssl.SSLZeroReturnError):
            while chunk := self._object.read(AT_ONCE):
                data += chunk
        return bytes(data)

    def sealed(self, data: bytearray) -> bytes:
        self._object.write(data)
        return self._sealed.read()
