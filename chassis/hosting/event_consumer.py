"""Receives events from RabbitMQ in order, a batch at a time; acknowledges a batch after its commit."""

import threading
import time
from collections.abc import Sequence
from typing import Any

from chassis.hosting.batches import OUTAGE_PAUSE, database_answers
from chassis.hosting.consumer import AmqpConsumer
from chassis.hosting.deadline import deadline
from chassis.hosting.gathering import GatheredDeliveries
from chassis.hosting.partition_consumers import PartitionConsumers
from chassis.hosting.runtime import runtime_of
from chassis.messaging import topology
from chassis.messaging.acknowledgement import EventDelivery, acknowledge
from chassis.messaging.amqp.channel import BrokerChannel
from chassis.messaging.event_dispatcher import DispatchResult
from chassis.messaging.holder import holder_name
from chassis.messaging.inbox_progress import TTL, InboxProgress, other_processes
from chassis.messaging.keys import Keyring
from chassis.messaging.partition_leases import PartitionLeases
from chassis.observability import logs

BATCH = 100
LEASE_EVERY = 1.0

log = logs.logger(__name__)


class EventConsumer(AmqpConsumer):
    """Consumes this process's partitions of the inbox, each in order. While a batch is applied, the next is gathered.

    A batch that is not applied within `time_limits.BATCH` stalls: the channel is closed, so that the broker delivers
    the events again, to another process if there is one. This process consumes again as soon as its database answers,
    and applies the next events one by one, so that an event that stalls by itself is found out and delayed.
    """

    def __init__(self, amqp_url: str, partitions: int, keyring: Keyring) -> None:
        self._count = partitions
        self._keyring = keyring
        self._partitions: PartitionConsumers
        self._ended = threading.Event()
        self._gathered: GatheredDeliveries
        self._looks_later = False
        self._batch: Sequence[EventDelivery] = ()
        self._batch_began = 0.0
        self._one_by_one = 0
        self._stalled = False
        self._confirming: BrokerChannel | None = None
        super().__init__(amqp_url)

    def start(self) -> None:
        runtime = runtime_of(self.container)
        self._gathered = GatheredDeliveries(runtime.event_dispatcher.has_handler, most=max(1, BATCH // self._count))
        leases = PartitionLeases(runtime.unit_of_work.engine, holder_name(), self._count)
        self._partitions = PartitionConsumers(self.container.service_name, leases, in_hand=self._in_hand)
        runtime.ask_server.inbox_progress = lambda connection: [
            self.progress(),
            *other_processes(connection, leases.holder),
        ]
        super().start()
        self.container.spawn_managed_thread(self._keep_leases)

    def stop(self) -> None:
        """Apply the current batch to its end, disconnect, and leave the partitions to other processes."""
        super().stop()
        self._ended.set()
        try:
            with deadline(TTL, "leaving the inbox", runtime_of(self.container).unit_of_work.counters):
                self._partitions.leave()
        except Exception as problem:  # the leases expire by themselves
            log.warning("inbox_not_left", why=repr(problem)[:200])

    def _keep_leases(self) -> None:
        """Renew the leases for as long as this process is connected to the broker, and follow their changes."""
        counters = runtime_of(self.container).unit_of_work.counters
        while not self.stopping:
            try:
                if self.keeper.opened.wait(LEASE_EVERY):
                    with deadline(TTL, "the leases of the inbox", counters):
                        self._partitions.turn(self.progress())
                    self.keeper.call_soon(self._adjust)
            except Exception as problem:
                log.warning("loop_failed", loop="inbox leases", why=repr(problem)[:200])
            self._ended.wait(LEASE_EVERY)

    def _adjust(self) -> None:
        if self.channel is not None and self.channel.is_open and not self._stalled and not self.stopping:
            self._partitions.adjust(self.channel, self._received, 2 * BATCH)

    def _in_hand(self, partition: int) -> bool:
        return any(delivery.partition == partition for delivery in (*self._batch, *self._gathered))

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
            partitions=len(self._partitions.held),
            consumed=tuple(sorted(self._partitions.consumed)),
        )

    def consume(self, channel: BrokerChannel) -> None:
        self._confirming = channel.connection.channel()
        self._confirming.confirm_delivery()
        service = self.container.service_name
        for exchange in (topology.retry(service), topology.dead(service)):
            self._confirming.exchange_declare(exchange, passive=True)
        self._partitions.opened(channel)
        channel.connection.call_soon(self._adjust)
        if self._stalled:
            self.container.spawn_managed_thread(lambda: self._consume_when_the_database_answers(channel))

    def _consume_when_the_database_answers(self, channel: BrokerChannel) -> None:
        unit_of_work = runtime_of(self.container).unit_of_work
        log.warning("waiting_out_an_outage", why="a batch of events was not applied in time")
        while not self.stopping and channel.is_open:
            if database_answers(unit_of_work):
                self._stalled = False
                self.keeper.call_soon(self._adjust)
                return
            time.sleep(OUTAGE_PAUSE)

    def lost(self) -> None:
        super().lost()
        self._partitions.lost()
        self._gathered.clear()
        self._looks_later = False
        self._batch = ()

    def _received(self, partition: int, method: Any, properties: Any, body: bytes) -> None:
        delivery = EventDelivery.received(method.delivery_tag, properties, body, self._keyring, partition=partition)
        if delivery.envelope is None:
            runtime_of(self.container).unit_of_work.counters["events_refused"] += 1
        self._gathered.append(delivery)
        self._next()

    def _next(self) -> None:
        if self.unacknowledged or self.stopping or not self._gathered or self.channel is None:
            return
        channel = self.channel
        batch = self._gathered.take(1 if self._one_by_one else BATCH)
        if not batch:
            self._look_later(channel)
            return
        self._one_by_one = max(0, self._one_by_one - 1)
        self.unacknowledged.add(batch[-1].tag)
        self._batch, self._batch_began = batch, time.monotonic()

        def applied(worker_ctx: Any, results: Any, exc_info: Any) -> tuple[Any, Any]:
            if exc_info:
                log.error("batch_failed", exc_info=exc_info)
            self._finish(channel, batch, results)
            return None, None

        def is_ours() -> bool:
            return channel is self.channel and not self.stopping

        self.container.spawn_worker(self, (batch, is_ours), {}, handle_result=applied)

    def _look_later(self, channel: BrokerChannel) -> None:
        """Look again when the deliveries have waited for company long enough."""

        def look() -> None:
            self._looks_later = False
            self._next()

        if not self._looks_later:
            self._looks_later = True
            channel.connection.call_later(self._gathered.due_in(), look)

    def _finish(
        self, channel: BrokerChannel, batch: Sequence[EventDelivery], results: Sequence[DispatchResult] | None
    ) -> None:
        """Acknowledge the batch in the worker's thread, which may wait until the broker has what was not applied."""
        if not self.is_current(channel) or self._confirming is None:
            return
        if results is None:  # not known: the broker delivers the events again
            self._stalled, self._one_by_one = not self.stopping, 2 * BATCH
            channel.connection.end(ConnectionAbortedError("a batch of events was not applied"))
            return
        try:
            acknowledge(self.container.service_name, channel, self._confirming, batch, results)
        except Exception as problem:
            channel.connection.end(problem)
            return
        self.unacknowledged.discard(batch[-1].tag)
        self._batch = ()
        self._next()
