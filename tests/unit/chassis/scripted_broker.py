"""A broker reduced to its frames: opens connections and channels, answers declarations, and records what arrives."""

import select
import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Self

import pika
import pytest
from pika import frame, spec

from chassis.messaging.amqp.connection import BrokerConnection

CONNECTION, FIRST = 0, 1  # channels
PROTOCOL_HEADER = 8  # bytes
TAG = "consumer"
LARGE = b"x" * 100_000
ANSWERS: dict[type, Callable[[Any], Any]] = {
    spec.Connection.StartOk: lambda _: spec.Connection.Tune(channel_max=16, frame_max=131072, heartbeat=0),
    spec.Connection.Open: lambda _: spec.Connection.OpenOk(),
    spec.Connection.Close: lambda _: spec.Connection.CloseOk(),
    spec.Channel.Open: lambda _: spec.Channel.OpenOk(),
    spec.Channel.Close: lambda _: spec.Channel.CloseOk(),
    spec.Basic.Consume: lambda method: spec.Basic.ConsumeOk(method.consumer_tag),
    spec.Basic.Qos: lambda _: spec.Basic.QosOk(),
    spec.Queue.Bind: lambda _: spec.Queue.BindOk(),
    spec.Queue.Declare: lambda method: spec.Queue.DeclareOk(method.queue, 0, 0),
    spec.Confirm.Select: lambda _: spec.Confirm.SelectOk(),
}
CAPABILITIES = {"capabilities": {"publisher_confirms": True, "basic.nack": True}}


class ScriptedBroker:
    """Serves one connection at a time, over TLS with a `wrap` of the socket."""

    def __init__(self, wrap: Callable[[socket.socket], socket.socket] = lambda wire: wire) -> None:
        self.frames: list[Any] = []
        self.answers = dict(ANSWERS)
        self.reads = threading.Event()
        self.reads.set()
        self._wrap = wrap
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.port = self._listener.getsockname()[1]
        self._wire: socket.socket | None = None
        self._sending = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()
        self.reads.set()
        self.hang_up()

    def hang_up(self) -> None:
        """End the connection without a word."""
        if self._wire is not None:
            with suppress(OSError):
                self._wire.shutdown(socket.SHUT_RDWR)

    def methods(self, kind: type) -> list[Any]:
        """The methods of this kind that have arrived."""
        methods = [each.method for each in list(self.frames) if isinstance(each, frame.Method)]
        return [method for method in methods if isinstance(method, kind)]

    def bodies(self) -> list[bytes]:
        """The bodies of the messages that have arrived, each of one frame."""
        return [each.fragment for each in list(self.frames) if isinstance(each, frame.Body)]

    def say(self, method: Any, *, channel: int = FIRST, body: bytes | None = None) -> None:
        """Send a method, with a message where there is a body."""
        data = frame.Method(channel, method).marshal()
        if body is not None:
            data += frame.Header(channel, len(body), pika.BasicProperties()).marshal()
            data += frame.Body(channel, body).marshal() if body else b""
        self.send(data)

    def deliver(self, tag: int = 1, body: bytes = b"message") -> None:
        """Send a message to the consumer `TAG`."""
        self.say(spec.Basic.Deliver(TAG, tag, False, "", "key"), body=body)

    def send(self, data: bytes) -> None:
        """Send these bytes."""
        assert self._wire
        with self._sending, suppress(OSError):
            self._wire.sendall(data)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                wire, _ = self._listener.accept()
                with suppress(OSError):
                    self._serve(self._wrap(wire))
                wire.close()

    def _serve(self, wire: socket.socket) -> None:
        self._wire = wire
        buffer = b""
        while len(buffer) < PROTOCOL_HEADER:
            buffer += wire.recv(PROTOCOL_HEADER)
        buffer = b""
        self.say(spec.Connection.Start(server_properties=CAPABILITIES, mechanisms="PLAIN"), channel=CONNECTION)
        while True:
            self.reads.wait()
            if not (isinstance(wire, ssl.SSLSocket) and wire.pending()):
                select.select([wire], [], [])
            with self._sending:  # TLS can be used by one thread at a time
                data = wire.recv(65536)
            if not data:
                return
            buffer += data
            while True:
                consumed, received = frame.decode_frame(buffer)
                if not received:
                    break
                buffer = buffer[consumed:]
                self.frames.append(received)
                if isinstance(received, frame.Method) and (answer := self.answers.get(type(received.method))):
                    self.say(answer(received.method), channel=received.channel_number)


def until(condition: Callable[[], bool], *, within: float = 10) -> None:
    """Wait until the condition holds, or fail."""
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.005)


def problem_of(connection: BrokerConnection) -> Exception:
    """The problem with which the connection ends."""
    with pytest.raises(Exception) as raised:  # noqa: PT011
        connection.serve(lambda: False)
    return raised.value
