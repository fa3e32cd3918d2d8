"""The base of entrypoints that consume from the broker: one connection, and its unacknowledged deliveries."""

import time
from abc import abstractmethod
from typing import Any

from nameko.extensions import Entrypoint

from chassis.messaging import topology
from chassis.messaging.amqp.blocking import BlockingConnectionKeeper
from chassis.messaging.amqp.channel import BrokerChannel
from chassis.messaging.amqp.probe import exchange_exists, require_exchange_type

GRACE = 8.0


class AmqpConsumer(Entrypoint):  # type: ignore[misc]
    """An entrypoint that consumes from the broker and keeps track of its channel's unacknowledged deliveries.

    A delivery belongs to its channel: when that channel is lost, the broker redelivers the message, and an
    acknowledgement on a later channel would be wrong.
    """

    def __init__(self, amqp_url: str, **kwargs: Any) -> None:
        self._url = amqp_url
        self.unacknowledged: set[int] = set()
        self.stopping = False
        self.hashed = True
        self.channel: BrokerChannel | None = None
        self.keeper: BlockingConnectionKeeper
        super().__init__(**kwargs)

    def setup(self) -> None:
        name = f"{self.container.service_name}-{self.method_name}"
        self.keeper = BlockingConnectionKeeper(self._url, name, on_open=self._opened, on_lost=self.lost)

    def start(self) -> None:
        self.keeper.start()

    def stop(self) -> None:
        """Begin nothing more, wait until the running deliveries are acknowledged, then disconnect."""
        self.stopping = True
        until = time.monotonic() + GRACE
        while self.unacknowledged and time.monotonic() < until:
            time.sleep(0.01)
        self.keeper.stop()

    def _opened(self, channel: BrokerChannel) -> None:
        """Consume, unless the broker has lost the plugin with which its topology was made: then nothing is routed."""
        self.lost()  # also what came before an earlier channel was ready
        self.hashed = exchange_exists(channel.connection, topology.HASHED)
        if self.hashed:
            probe = topology.asks_queue(self.container.service_name)  # a name that this user may declare
            require_exchange_type(channel.connection, topology.HASH_EXCHANGE, name=probe)
        self.channel = channel
        self.consume(channel)

    @abstractmethod
    def consume(self, channel: BrokerChannel) -> None:
        """Begin consuming on a new channel."""

    def is_current(self, channel: BrokerChannel) -> bool:
        """Whether `channel` is this consumer's current channel and is open."""
        current: Any = self.channel
        return current is channel and bool(current.is_open)

    def lost(self) -> None:
        """Forget the lost channel; the broker redelivers the messages that were not acknowledged."""
        self.channel = None
        self.unacknowledged.clear()
