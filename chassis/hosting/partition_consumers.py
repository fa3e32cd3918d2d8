"""The consumers of the partitions that this process holds: begun and cancelled as the leases change."""

from collections.abc import Callable, Collection
from typing import Any

from chassis.messaging import topology
from chassis.messaging.amqp.channel import BrokerChannel
from chassis.messaging.amqp.probe import QueueProbe, exchange_exists
from chassis.messaging.inbox_progress import InboxProgress
from chassis.messaging.partition_leases import PartitionLeases
from chassis.observability import logs

log = logs.logger(__name__)


class PartitionConsumers:
    """Consumes the partitions of one service on one channel at a time.

    `turn` renews the leases, in any thread; `adjust` follows them, in the thread of the connection. A partition is
    consumed while it has no other consumer, and left to another consumer that waits: the migration that empties the
    partition. `in_hand(partition)` says whether deliveries are not yet acknowledged.
    """

    def __init__(self, service: str, leases: PartitionLeases, *, in_hand: Callable[[int], bool]) -> None:
        self._service = service
        self._leases = leases
        self._in_hand = in_hand
        self._in_settings = leases.partitions
        self._count = leases.partitions
        self._share: Collection[int] = ()
        self._consumed: set[int] = set()
        self._probe: QueueProbe
        self._missing: set[int] = set()

    @property
    def held(self) -> Collection[int]:
        """The partitions that this process is to consume."""
        return self._share

    @property
    def consumed(self) -> Collection[int]:
        """The partitions that this process consumes."""
        return self._consumed

    def opened(self, channel: BrokerChannel) -> None:
        """Begin with a new connection: without hashing there is one partition, whatever the settings say."""
        self._consumed.clear()
        self._probe = QueueProbe(channel.connection)
        hashed = self._in_settings == 1 or exchange_exists(channel.connection, topology.HASHED)
        self._leases.partitions = self._in_settings if hashed else 1
        if not hashed:
            log.warning("inbox_not_partitioned", why="the broker has no rabbitmq_consistent_hash_exchange")

    def lost(self) -> None:
        """Forget the consumers of a lost connection."""
        self._consumed.clear()

    def turn(self, progress: InboxProgress) -> None:
        """Renew the leases, and give up the partitions above this process's share that have nothing in hand."""
        distribution = self._leases.renew(progress)
        mine = distribution.of(self._leases.holder)
        share = distribution.share(self._leases.holder)
        if (within := mine[:share]) != list(self._share):
            log.info("inbox_partitions", held=within, of=len(distribution.partitions))
        self._count, self._share = distribution.count, within
        self._leases.give_up([number for number in mine[share:] if self._is_idle(number)])
        if emptied := [number for number in within if number >= self._count and number in self._missing]:
            self._leases.forget(emptied)
            self._missing.difference_update(emptied)

    def adjust(self, channel: BrokerChannel, receive: Callable[[int, Any, Any, bytes], None], prefetch: int) -> None:
        """Consume exactly the partitions of this process's share. `receive(partition, method, properties, body)`."""
        for number in [*self._consumed]:
            queue = topology.partition(self._service, number)
            if number not in self._share or (self._another_waits(queue) and not self._in_hand(number)):
                channel.basic_cancel(queue)
                self._consumed.discard(number)
        for number in self._share:
            queue = topology.partition(self._service, number)
            if number in self._consumed or not self._is_free(number, queue):
                continue
            self._consumed.add(number)
            channel.basic_qos(prefetch_count=max(1, prefetch // max(1, self._count)))

            def received(_: Any, method: Any, properties: Any, body: bytes, number: int = number) -> None:
                receive(number, method, properties, body)

            channel.basic_consume(queue, received, consumer_tag=queue)

    def leave(self) -> None:
        """Give all partitions up."""
        self._share = ()
        self._leases.leave()

    def _is_idle(self, number: int) -> bool:
        return number not in self._consumed and not self._in_hand(number)

    def _another_waits(self, queue: str) -> bool:
        return self._probe.consumers_of(queue) != 1

    def _is_free(self, number: int, queue: str) -> bool:
        consumers = self._probe.consumers_of(queue)
        if consumers is None and number not in self._missing:
            self._missing.add(number)
            log.warning("topology_missing", queue=queue)
        elif consumers is not None:
            self._missing.discard(number)
        return consumers == 0
