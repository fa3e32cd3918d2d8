"""A broker connection that one thread owns, and that is opened again after a loss. Other threads submit their calls."""

import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass, field
from typing import Any

import pika
from pika.adapters.blocking_connection import BlockingChannel

from chassis.messaging.amqp.parameters import ConnectionAttempts
from chassis.messaging.amqp.problems import ProblemLog
from chassis.observability import logs

log = logs.logger(__name__)

PAUSE_AFTER_ERROR = 1.0


@dataclass(eq=False, repr=False)
class BlockingConnectionKeeper:
    """Keeps a connection and one channel open until stopped. After a loss, the next node that `url` names is tried.

    `on_open(channel)` runs on each new channel, in the keeper's thread; `on_lost()` runs after each loss.
    """

    url: str
    name: str
    _: KW_ONLY
    on_open: Callable[[BlockingChannel], None]
    on_lost: Callable[[], None] = lambda: None
    opened: threading.Event = field(default_factory=threading.Event, init=False)
    _stopping: bool = field(default=False, init=False)
    _connection: pika.BlockingConnection | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self._problems = ProblemLog(self.name)
        self._attempts = ConnectionAttempts(self.url, self.name)
        self._thread = threading.Thread(target=self._keep, name=f"connection-{self.name}", daemon=True)

    def start(self) -> None:
        """Begin connecting; returns at once."""
        self._thread.start()

    def stop(self, timeout: float = 10) -> None:
        """Make the calls that were submitted before, then close the connection and end the thread."""
        self._stopping = True
        self.submit(lambda: None)
        self._thread.join(timeout)

    def submit(self, call: Callable[[], Any]) -> bool:
        """Have the keeper's thread make this call soon. Without a connection, drop the call and return False."""
        connection = self._connection
        if connection is None or not connection.is_open:
            return False
        try:
            connection.add_callback_threadsafe(call)
        except pika.exceptions.AMQPError:
            return False
        return True

    def _keep(self) -> None:
        while not self._stopping:
            try:
                self._serve()
            except (pika.exceptions.AMQPError, OSError) as problem:
                self._problems.add(problem, was_open=self.opened.is_set())
                self._release()
                time.sleep(self._attempts.pause)
            except Exception:
                log.exception("connection_failed", connection=self.name)
                self._release()
                time.sleep(PAUSE_AFTER_ERROR)

    def _serve(self) -> None:
        node = self._attempts.parameters()
        connection = pika.BlockingConnection(node)
        self._connection = connection
        channel = connection.channel()
        self.on_open(channel)
        self.opened.set()
        self._attempts.succeeded()
        log.info("broker_connected", connection=self.name, node=f"{node.host}:{node.port}")
        while not self._stopping:
            connection.process_data_events(time_limit=1)
            if not channel.is_open:
                raise pika.exceptions.ChannelWrongStateError("the channel is closed")
        connection.process_data_events(time_limit=0)
        connection.close()
        self._release()

    def _release(self) -> None:
        connection, self._connection = self._connection, None
        was_open = self.opened.is_set()
        self.opened.clear()
        if connection is not None and connection.is_open:
            with contextlib.suppress(pika.exceptions.AMQPError):
                connection.close()
        if was_open:
            self.on_lost()
