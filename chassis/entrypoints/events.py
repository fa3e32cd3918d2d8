"""The entrypoint of events: in order, a batch at a time, acknowledged after the commit."""

import time
from collections import deque
from collections.abc import Sequence
from typing import Any

from pika.adapters.blocking_connection import BlockingChannel

from chassis import logs, wire
from chassis.deliveries import UNREADABLE, Delivery, dispose
from chassis.entrypoints.consuming import OnALine
from chassis.hearing import Fate, Outcome
from chassis.providers import Machinery

BATCH = 100
OUTAGE_PAUSE = 0.5

log = logs.logger(__name__)


class Events(OnALine):
    """Hears events in order: while one batch is being applied, the next gathers."""

    def __init__(self, amqp_url: str) -> None:
        self._gathered: deque[Delivery] = deque()
        self._confirming: BlockingChannel | None = None
        super().__init__(amqp_url)

    def opened(self, channel: BlockingChannel) -> None:
        wire.declare(channel)
        self._confirming = channel.connection.channel()
        self._confirming.confirm_delivery()
        channel.basic_qos(prefetch_count=2 * BATCH)
        channel.basic_consume(wire.inbox(self.container.service_name), self._received)
        self.channel = channel

    def lost(self) -> None:
        super().lost()
        self._gathered.clear()

    def _received(self, _: Any, method: Any, properties: Any, body: bytes) -> None:
        self._gathered.append(Delivery.received(method.delivery_tag, properties, body))
        self._next()

    def _next(self) -> None:
        if self.owed or self.stopping or not self._gathered or self.channel is None:
            return
        channel = self.channel
        batch = [self._gathered.popleft() for _ in range(min(BATCH, len(self._gathered)))]
        self.owed.add(batch[-1].tag)

        def applied(worker_ctx: Any, outcomes: Any, exc_info: Any) -> tuple[Any, Any]:
            if exc_info:
                log.error("batch_broke", exc_info=exc_info)
            self.line.hand(lambda: self._finish(channel, batch, outcomes))
            return None, None

        wanted = lambda: channel is self.channel and not self.stopping  # noqa: E731
        self.container.spawn_worker(self, (batch, wanted), {}, handle_result=applied)

    def _finish(self, channel: BlockingChannel, batch: Sequence[Delivery], outcomes: Sequence[Outcome] | None) -> None:
        if not self.is_current(channel) or self._confirming is None:
            return
        self.owed.discard(batch[-1].tag)
        if outcomes is None:  # nobody knows: let the broker bring them again
            channel.basic_nack(batch[-1].tag, multiple=True)
        else:
            dispose(self.container.service_name, channel, self._confirming, batch, outcomes)
        self._next()


def apply_patiently(machinery: Machinery, batch: Sequence[Delivery], wanted: Any) -> list[Outcome] | None:
    """Apply a batch, waiting out outages for as long as the deliveries are ours; None when they no longer are."""
    readable = [delivery.envelope for delivery in batch if delivery.envelope]
    while True:
        applied = iter(machinery.hearing.apply(readable) if readable else [])
        outcomes = [next(applied) if delivery.envelope else UNREADABLE for delivery in batch]
        down = [outcome for outcome in outcomes if outcome.fate is Fate.OUTAGE]
        if not down:
            return outcomes
        log.warning("waiting_out_an_outage", why=down[0].why)
        time.sleep(OUTAGE_PAUSE)
        if not wanted():
            return None
