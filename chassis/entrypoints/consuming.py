"""What entrypoints that consume from the broker have in common: one line, and what they owe its current channel."""

import time
from abc import abstractmethod
from typing import Any

from nameko.extensions import Entrypoint
from pika.adapters.blocking_connection import BlockingChannel

from chassis.line import Line

GRACE = 8.0


class OnALine(Entrypoint):  # type: ignore[misc]
    """An entrypoint that consumes from the broker, and knows what it still owes the current channel.

    What is owed is bound to its channel: when that is lost, the broker gives those messages to somebody again, and
    nothing that was handed over for it may be waited for.
    """

    def __init__(self, amqp_url: str, **kwargs: Any) -> None:
        self._url = amqp_url
        self.owed: set[int] = set()
        self.stopping = False
        self.channel: BlockingChannel | None = None
        self.line: Line
        super().__init__(**kwargs)

    def setup(self) -> None:
        name = f"{self.container.service_name}-{self.method_name}"
        self.line = Line(self._url, name, on_open=self.opened, on_lost=self.lost)

    def start(self) -> None:
        self.line.start()

    def stop(self) -> None:
        """Take nothing new, let what is in flight end and be acknowledged, then let go."""
        self.stopping = True
        self.line.hand(lambda: self.channel.cancel() if self.channel else None)
        until = time.monotonic() + GRACE
        while self.owed and time.monotonic() < until:
            time.sleep(0.01)
        self.line.stop()

    @abstractmethod
    def opened(self, channel: BlockingChannel) -> None:
        """A new channel is there: consume."""

    def is_current(self, channel: BlockingChannel) -> bool:
        current: Any = self.channel
        return current is channel and bool(current.is_open)

    def lost(self) -> None:
        """The channel is gone; the broker gives what was not acknowledged to somebody again."""
        self.channel = None
        self.owed.clear()
