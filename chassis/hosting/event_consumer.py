"""Receives events from RabbitMQ in order, a batch at a time; acknowledges a batch after its commit."""

import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from pika.adapters.blocking_connection import BlockingChannel

from chassis.hosting.consumer import AmqpConsumer
from chassis.hosting.runtime import ServiceRuntime
from chassis.messaging import topology
from chassis.messaging.acknowledgement import UNREADABLE, EventDelivery, acknowledge
from chassis.messaging.event_dispatcher import DispatchResult, Disposition
from chassis.observability import logs

BATCH = 100
OUTAGE_PAUSE = 0.5

log = logs.logger(__name__)


class EventConsumer(AmqpConsumer):
    """Consumes all partitions of the inbox, each in order. While one batch is applied, the next one is gathered."""

    def __init__(self, amqp_url: str, partitions: int) -> None:
        self._partitions = partitions
        self._gathered: deque[EventDelivery] = deque()
        self._confirming: BlockingChannel | None = None
        super().__init__(amqp_url)

    def consume(self, channel: BlockingChannel) -> None:
        self._confirming = channel.connection.channel()
        self._confirming.confirm_delivery()
        service = self.container.service_name
        for exchange in (topology.retry(service), topology.dead(service)):
            self._confirming.exchange_declare(exchange, passive=True)
        channel.basic_qos(prefetch_count=2 * BATCH)
        for queue in topology.partitions(service, self._partitions):
            channel.basic_consume(queue, self._received)

    def lost(self) -> None:
        super().lost()
        self._gathered.clear()

    def _received(self, _: Any, method: Any, properties: Any, body: bytes) -> None:
        self._gathered.append(EventDelivery.received(method.delivery_tag, properties, body))
        self._next()

    def _next(self) -> None:
        if self.unacknowledged or self.stopping or not self._gathered or self.channel is None:
            return
        channel = self.channel
        batch = [self._gathered.popleft() for _ in range(min(BATCH, len(self._gathered)))]
        self.unacknowledged.add(batch[-1].tag)

        def applied(worker_ctx: Any, results: Any, exc_info: Any) -> tuple[Any, Any]:
            if exc_info:
                log.error("batch_failed", exc_info=exc_info)
            self.keeper.submit(lambda: self._finish(channel, batch, results))
            return None, None

        def is_ours() -> bool:
            return channel is self.channel and not self.stopping

        self.container.spawn_worker(self, (batch, is_ours), {}, handle_result=applied)

    def _finish(
        self, channel: BlockingChannel, batch: Sequence[EventDelivery], results: Sequence[DispatchResult] | None
    ) -> None:
        if not self.is_current(channel) or self._confirming is None:
            return
        self.unacknowledged.discard(batch[-1].tag)
        if results is None:  # not known: the broker redelivers them
            channel.basic_nack(batch[-1].tag, multiple=True)
        else:
            acknowledge(self.container.service_name, channel, self._confirming, batch, results)
        self._next()


def apply_patiently(
    runtime: ServiceRuntime, batch: Sequence[EventDelivery], is_ours: Callable[[], bool]
) -> list[DispatchResult] | None:
    """Apply the batch. After an outage, pause; then try again if `is_ours()` is True, and return None if not."""
    readable = [delivery.envelope for delivery in batch if delivery.envelope]
    while True:
        applied = iter(runtime.event_dispatcher.apply(readable) if readable else [])
        results = [next(applied) if delivery.envelope else UNREADABLE for delivery in batch]
        outages = [result for result in results if result.disposition is Disposition.OUTAGE]
        if not outages:
            return results
        log.warning("waiting_out_an_outage", why=outages[0].why)
        time.sleep(OUTAGE_PAUSE)
        if not is_ours():
            return None
