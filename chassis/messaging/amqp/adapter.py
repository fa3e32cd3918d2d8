"""The adapter between pika's protocol engine and a stream: how pika sends, sets timers and ends a connection."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pika

from chassis.messaging.amqp.stream import Stream

NO_TIMER = 60.0  # seconds


@dataclass(eq=False, frozen=True)
class _Timer:
    due: float
    callback: Callable[[], object]


class PikaAdapter(pika.connection.Connection):  # type: ignore[misc]
    """Implements pika's extension point for adapters. Whoever calls the adapter holds the connection's lock.

    Frames are gathered in `unsent`; whoever releases the lock sends them. The thread that receives runs the timers,
    which are those of the heartbeats and of a blocked connection.
    """

    def __init__(self, node: pika.connection.Parameters, stream: Stream, **callbacks: Callable[..., object]) -> None:
        self.unsent = bytearray()
        self._stream = stream
        self._timers: set[_Timer] = set()
        self._next_due = float("inf")
        super().__init__(node, internal_connection_workflow=False, **callbacks)

    def begin(self) -> None:
        """Say the protocol header. The broker's answers lead to `on_open_callback` or `on_open_error_callback`."""
        self._on_stream_connected()

    def received(self, data: bytes) -> None:
        """Read the broker's frames and run the callbacks that wait for them."""
        self._on_data_available(data)

    def ended(self, problem: Exception | None) -> None:
        """The stream has ended, by itself with a problem, or because pika has asked for it."""
        if not self.is_closed:
            self._on_stream_terminated(problem if self._error is None else None)

    def due_in(self) -> float:
        """The seconds until the next timer is due."""
        return min(NO_TIMER, max(0.001, self._next_due - time.monotonic()))

    def run_timers(self) -> None:
        """Run the timers that are due."""
        now = time.monotonic()
        if now < self._next_due:
            return
        for timer in sorted((each for each in self._timers if each.due <= now), key=lambda each: each.due):
            if timer in self._timers:  # an earlier one may have removed it
                self._adapter_remove_timeout(timer)
                timer.callback()

    def _adapter_call_later(self, delay: float, callback: Callable[[], object]) -> _Timer:
        timer = _Timer(time.monotonic() + delay, callback)
        self._timers.add(timer)
        self._next_due = min(self._next_due, timer.due)
        return timer

    def _adapter_remove_timeout(self, timeout_id: Any) -> None:
        self._timers.discard(timeout_id)
        self._next_due = min((each.due for each in self._timers), default=float("inf"))

    def _adapter_add_callback_threadsafe(self, callback: Callable[[], object]) -> None:
        self._adapter_call_later(0, callback)

    def _adapter_emit_data(self, data: bytes) -> None:
        self.unsent += data

    def _adapter_connect_stream(self) -> None:
        raise RuntimeError("the stream is connected before the adapter is made")

    def _adapter_disconnect_stream(self) -> None:
        self._stream.shut_down()
