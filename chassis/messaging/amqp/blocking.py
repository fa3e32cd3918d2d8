"""Keeps a broker connection open for threads that block: the connection is opened again after a loss."""

import threading
import time
from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass, field

from pika.exceptions import AMQPError

from chassis.messaging.amqp.channel import BrokerChannel
from chassis.messaging.amqp.connection import BrokerConnection
from chassis.messaging.amqp.parameters import ConnectionAttempts
from chassis.messaging.amqp.problems import ProblemLog
from chassis.observability import logs

log = logs.logger(__name__)

PAUSE_AFTER_ERROR = 1.0


@dataclass(eq=False, repr=False)
class BlockingConnectionKeeper:
    """Keeps a connection and one channel open until stopped. After a loss, the next node that `url` names is tried.

    `on_open(channel)` runs on each new channel, in the keeper's thread, and may declare and consume; deliveries can
    come before it returns. `on_lost()` runs after each loss, in the same thread.
    """

    url: str
    name: str
    _: KW_ONLY
    on_open: Callable[[BrokerChannel], None]
    on_lost: Callable[[], None] = lambda: None
    opened: threading.Event = field(default_factory=threading.Event, init=False)
    _stopping: bool = field(default=False, init=False)
    _connection: BrokerConnection | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self._problems = ProblemLog(self.name)
        self._attempts = ConnectionAttempts(self.url, self.name)
        self._thread = threading.Thread(target=self._keep, name=f"connection-{self.name}", daemon=True)

    def start(self) -> None:
        """Begin connecting; returns at once."""
        self._thread.start()

    def stop(self, timeout: float = 10) -> None:
        """Make the calls that wait for the keeper's thread, then close the connection and end the thread."""
        self._stopping = True
        self.call_soon(lambda: None)
        self._thread.join(timeout)

    def submit(self, call: Callable[[], object]) -> bool:
        """Make this call here and now, and send all that the call publishes and acknowledges at once.

        The call waits for nothing. A call that fails ends the connection, which is opened again. Returns whether the
        call was made: without a connection, the call is dropped.
        """
        connection = self._connection
        if connection is None or not connection.is_open:
            return False
        try:
            with connection:
                call()
        except Exception as problem:
            connection.end(problem)
            return False
        return True

    def call_soon(self, call: Callable[[], object]) -> bool:
        """Have the keeper's thread make this call, which may wait for the broker. Without a connection, drop it."""
        connection = self._connection
        if connection is None or not connection.is_open:
            return False
        connection.call_soon(call)
        return True

    def _keep(self) -> None:
        while not self._stopping:
            try:
                self._serve()
            except (AMQPError, OSError) as problem:
                self._problems.add(problem, was_open=self.opened.is_set())
                self._release()
                time.sleep(self._attempts.pause)
            except Exception:
                log.exception("connection_failed", connection=self.name)
                self._release()
                time.sleep(PAUSE_AFTER_ERROR)

    def _serve(self) -> None:
        node = self._attempts.parameters()
        self._connection = connection = BrokerConnection(node)
        channel = connection.channel()
        channel.add_on_close_callback(connection.end)
        self.on_open(channel)
        self.opened.set()
        self._attempts.succeeded()
        log.info("broker_connected", connection=self.name, node=f"{node.host}:{node.port}")
        connection.serve(lambda: self._stopping)
        self._release()

    def _release(self) -> None:
        connection, self._connection = self._connection, None
        was_open = self.opened.is_set()
        self.opened.clear()
        if connection is not None:
            connection.close()
        if was_open:
            self.on_lost()
