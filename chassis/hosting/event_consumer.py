"""Receives events from RabbitMQ in order, a batch at a time; acknowledges a batch after its commit."""

import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from pika.adapters.blocking_connection import BlockingChannel

from chassis import time_limits
from chassis.hosting.consumer import AmqpConsumer
from chassis.hosting.deadline import deadline
from chassis.hosting.runtime import ServiceRuntime, runtime_of
from chassis.messaging import topology
from chassis.messaging.acknowledgement import EventDelivery, acknowledge
from chassis.messaging.event_dispatcher import DispatchResult, Disposition
from chassis.messaging.inbox_progress import InboxProgress
from chassis.messaging.keys import Keyring
from chassis.observability import logs
from chassis.refusal import Unavailable
from chassis.transactions.unit_of_work import UnitOfWork, is_outage

BATCH = 100
OUTAGE_PAUSE = 0.5

log = logs.logger(__name__)


class EventConsumer(AmqpConsumer):
    """Consumes all partitions of the inbox, each in order. While one batch is applied, the next one is gathered.

    A batch that is not applied within `time_limits.BATCH` stalls: the channel is closed, so that the broker delivers
    the events again, to another process if there is one. This process consumes again as soon as its database answers,
    and applies the next events one by one, so that an event that stalls by itself is found out and delayed.
    """

    def __init__(self, amqp_url: str, partitions: int, keyring: Keyring) -> None:
        self._partitions = partitions
        self._keyring = keyring
        self._gathered: deque[EventDelivery] = deque()
        self._batch: Sequence[EventDelivery] = ()
        self._batch_began = 0.0
        self._one_by_one = 0
        self._stalled = False
        self._confirming: BlockingChannel | None = None
        super().__init__(amqp_url)

    def start(self) -> None:
        runtime_of(self.container).ask_server.inbox_progress = self.progress
        super().start()

    def progress(self) -> InboxProgress:
        """The deliveries in hand, and for how long the current batch has been applied."""
        in_hand = [*self._batch, *self._gathered]
        times = [delivery.envelope.time for delivery in in_hand if delivery.envelope]
        applying = time.monotonic() - self._batch_began if self._batch else 0.0
        return InboxProgress(
            unacknowledged=len(in_hand),
            oldest=min(times, default=None),
            applying=applying,
            waits=self._stalled,
            connected=self.keeper.opened.is_set(),
        )

    def consume(self, channel: BlockingChannel) -> None:
        self._confirming = channel.connection.channel()
        self._confirming.confirm_delivery()
        service = self.container.service_name
        for exchange in (topology.retry(service), topology.dead(service)):
            self._confirming.exchange_declare(exchange, passive=True)
        channel.basic_qos(prefetch_count=2 * BATCH)
        if self._stalled:
            self.container.spawn_managed_thread(lambda: self._consume_when_the_database_answers(channel))
        else:
            self._begin(channel)

    def _begin(self, channel: BlockingChannel) -> None:
        for queue in topology.partitions(self.container.service_name, self._partitions):
            channel.basic_consume(queue, self._received)

    def _consume_when_the_database_answers(self, channel: BlockingChannel) -> None:
        unit_of_work = runtime_of(self.container).unit_of_work
        log.warning("waiting_out_an_outage", why="a batch of events was not applied in time")
        while not self.stopping and channel.is_open:
            if database_answers(unit_of_work):
                self._stalled = False
                self.keeper.submit(lambda: self._begin(channel) if self.is_current(channel) else None)
                return
            time.sleep(OUTAGE_PAUSE)

    def lost(self) -> None:
        super().lost()
        self._gathered.clear()
        self._batch = ()

    def _received(self, _: Any, method: Any, properties: Any, body: bytes) -> None:
        delivery = EventDelivery.received(method.delivery_tag, properties, body, self._keyring)
        if delivery.envelope is None:
            runtime_of(self.container).unit_of_work.counters["events_refused"] += 1
        self._gathered.append(delivery)
        self._next()

    def _next(self) -> None:
        if self.unacknowledged or self.stopping or not self._gathered or self.channel is None:
            return
        channel = self.channel
        size = 1 if self._one_by_one else BATCH
        self._one_by_one = max(0, self._one_by_one - 1)
        batch = [self._gathered.popleft() for _ in range(min(size, len(self._gathered)))]
        self.unacknowledged.add(batch[-1].tag)
        self._batch, self._batch_began = batch, time.monotonic()

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
        self._batch = ()
        if results is None:  # not known: the broker delivers the events again
            self._stalled, self._one_by_one = not self.stopping, 2 * BATCH
            channel.close()
            return
        acknowledge(self.container.service_name, channel, self._confirming, batch, results)
        self._next()


def database_answers(unit_of_work: UnitOfWork) -> bool:
    """Whether a transaction on the service's database succeeds."""
    try:
        with unit_of_work.begin() as work:
            work.connection.execute(sa.text("SELECT 1"))
    except Exception as problem:
        if not is_outage(problem):
            raise
        return False
    return True


def apply_patiently(
    runtime: ServiceRuntime, batch: Sequence[EventDelivery], is_ours: Callable[[], bool]
) -> list[DispatchResult] | None:
    """Apply the batch, and after an outage pause and try again. Returns None where the batch is given back.

    That is so when `is_ours()` is False, and when the deadline has passed. A single event that passes the deadline
    without an outage has failed.
    """
    counters = runtime.unit_of_work.counters
    outage = None
    try:
        with deadline(time_limits.BATCH, f"a batch of {len(batch)} events", counters):
            while True:
                results = _apply(runtime, batch)
                outage = next((result for result in results if result.disposition is Disposition.OUTAGE), None)
                if outage is None:
                    return results
                log.warning("waiting_out_an_outage", why=outage.why)
                time.sleep(OUTAGE_PAUSE)
                if not is_ours():
                    return None
    except Unavailable as passed:
        if outage or len(batch) > 1:
            return None
        counters["events_failed"] += 1
        return [DispatchResult(Disposition.FAILED, str(passed))]


def _apply(runtime: ServiceRuntime, batch: Sequence[EventDelivery]) -> list[DispatchResult]:
    readable = [delivery.envelope for delivery in batch if delivery.envelope]
    applied = iter(runtime.event_dispatcher.apply(readable) if readable else [])
    return [next(applied) if delivery.envelope else delivery.refused for delivery in batch]
