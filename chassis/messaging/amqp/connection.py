"""A connection to one node of the broker, for many threads: whoever publishes sends, one thread receives.

Real threads and eventlet's green ones are alike here. Nothing waits while a thread is inside `together`, so a green
thread that is interrupted at its deadline never leaves half a frame behind.
"""

import heapq
import itertools
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

import pika
from pika.exceptions import StreamLostError

from chassis import time_limits
from chassis.messaging.amqp.adapter import PikaAdapter
from chassis.messaging.amqp.answers import Answer
from chassis.messaging.amqp.channel import BrokerChannel
from chassis.messaging.amqp.section import Section
from chassis.messaging.amqp.stream import Stream

CLOSE_WITHIN = 3.0


class BrokerConnection(Section):
    """Connects to `node` and is open. Raises OSError or pika's AMQPError, within the time limits of `node`.

    `with connection:` gathers what is published and acknowledged, and sends all of it at the end. Callbacks of
    deliveries and returned messages run in the thread that receives, outside of any section; they may publish and
    acknowledge, but not wait for an answer of the broker.
    """

    def __init__(self, node: pika.connection.Parameters) -> None:
        super().__init__()
        self.callbacks: deque[tuple[Callable[..., object], tuple[Any, ...]]] = deque()
        self._calls: list[tuple[float, int, Callable[[], object]]] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._problem: Exception | None = None
        self._is_closing = False
        self._ended = threading.Event()
        self._opening = Answer()
        self._stream = Stream(node, self.lock)
        self._adapter = PikaAdapter(
            node,
            self._stream,
            on_open_callback=self._opening.set,
            on_open_error_callback=lambda _, problem: self._opening.fail(problem),
            on_close_callback=lambda _, problem: self.end(problem),
        )
        self._receiver = threading.Thread(target=self._receive, name="broker-receiver", daemon=True)
        self._receiver.start()
        try:
            with self:
                self._adapter.begin()
            self.wait_for(self._opening, node.stack_timeout)
        except BaseException:
            self.close()
            raise

    @property
    def is_open(self) -> bool:
        """Whether frames can be sent, as far as is known."""
        return bool(self._adapter.is_open)

    def channel(self) -> BrokerChannel:
        """Open a channel. Waits for the broker."""
        return BrokerChannel(self, self._adapter)

    def wait_for(self, answer: Answer, within: float | None = None) -> Any:
        """The broker's answer. Raises the problem that prevents the answer, and TimeoutError after `within` seconds.

        Without `within`, the limit is `time_limits.BROKER_ANSWER`.
        """
        if self.is_entered_here or threading.get_ident() == self._receiver.ident:
            raise RuntimeError("a thread that keeps the connection from receiving cannot wait for an answer")
        return answer.wait(within or time_limits.BROKER_ANSWER)

    def call_soon(self, call: Callable[[], object]) -> None:
        """Have the thread in `serve` make this call, which may wait for the broker."""
        self.call_later(0, call)

    def call_later(self, seconds: float, call: Callable[[], object]) -> None:
        """The same, after so many seconds."""
        with self._changed:
            heapq.heappush(self._calls, (time.monotonic() + seconds, next(self._order), call))
            self._changed.notify()

    def end(self, problem: Exception) -> None:
        """Have `serve` raise this problem, so that the connection is given up. The first problem counts."""
        with self._changed:
            if self._problem is None:
                self._problem = problem
            self._changed.notify()

    def serve(self, stops: Callable[[], bool]) -> None:
        """Make the calls in this thread until `stops()`, which is asked after each. Raises the connection's problem."""
        while call := self._next_call(stops):
            call()

    def close(self) -> None:
        """Close the connection if it is still open; no callback begins after that. Waits at most 4 s."""
        self._is_closing = True
        with self:
            if self.is_open:
                self._adapter.close()
        self._ended.wait(CLOSE_WITHIN if self._adapter.is_closing else 0)
        self._stream.shut_down()
        self._ended.wait(1)

    def send(self) -> None:
        if unsent := self._adapter.unsent:
            self._stream.send(unsent)
            unsent.clear()

    def abort(self) -> None:
        self._adapter.unsent.clear()
        self._stream.shut_down()

    def _next_call(self, stops: Callable[[], bool]) -> Callable[[], object] | None:
        with self._changed:
            while True:
                if self._problem:
                    raise self._problem
                due_in = self._calls[0][0] - time.monotonic() if self._calls else None
                if due_in is not None and due_in <= 0:
                    return heapq.heappop(self._calls)[2]
                if stops():
                    return None
                self._changed.wait(due_in)

    def _receive(self) -> None:
        problem: Exception | None = None
        try:
            while (received := self._stream.receive(self._adapter.due_in())) != b"":
                with self:
                    if received:
                        self._adapter.received(self._stream.opened(received))
                    self._adapter.run_timers()
                while self.callbacks and not self._is_closing:
                    callback, params = self.callbacks.popleft()
                    callback(*params)
            problem = self._stream.problem
        except Exception as raised:
            problem = raised
        finally:
            self._stream.shut_down()
            if problem is None or isinstance(problem, OSError):
                problem = StreamLostError(f"the stream has ended: {problem!r}")
            try:
                with self:
                    self._adapter.ended(problem)
            finally:
                self.end(problem)
                self._stream.close()
                self._ended.set()
