"""Runs a service whose processes share one classic durable queue of asks, as in former versions.

Such a queue is on one node of the cluster, its home; while that node is down, nobody may use, delete or declare it.
"""

# first, because it makes everything below green
from chassis.hosting import run  # isort: skip

from typing import Any

from chassis.hosting.ask_consumer import AskConsumer
from chassis.messaging import topology


def consume(self: AskConsumer, channel: Any) -> None:
    """Consume from the queue that all processes of the service share."""
    service = self.container.service_name
    self._exclusive = False
    self._queue = topology.asks_queue(service, "former")
    channel.queue_declare(self._queue, durable=True)
    channel.basic_qos(prefetch_count=self._workers)
    channel.add_on_return_callback(self._returned)
    self._consumer = channel.basic_consume(self._queue, self._received)
    channel.queue_bind(self._queue, topology.asks(service), topology.ONE_SHARE)


if __name__ == "__main__":
    AskConsumer.consume = consume  # type: ignore[method-assign]
    run.main()
