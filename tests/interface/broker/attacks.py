"""What somebody tries with the credentials of one process: to read, say or make something foreign."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from uuid import uuid4

import pika
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import ChannelClosedByBroker

from chassis.messaging import topology
from contracts.askers import ASKS, EVERY_SERVICE
from contracts.catalogue import OWNERS

REFUSED = 403
SHAPE = topology.topology()
QUEUES = [queue.name for queue in SHAPE.queues]
EXCHANGES = [exchange.name for exchange in SHAPE.exchanges]


@dataclass(frozen=True)
class Attack:
    """One attempt on a channel of its own."""

    user: str
    what: str
    run: Callable[[BlockingChannel], object]

    def __str__(self) -> str:
        return f"{self.user} {self.what}"

    def succeeds(self, connection: pika.BlockingConnection) -> bool:
        """Whether the broker allows it. Raises where the broker refuses for another reason than permissions."""
        channel = connection.channel()
        channel.confirm_delivery()
        try:
            self.run(channel)
        except ChannelClosedByBroker as refusal:
            if refusal.reply_code != REFUSED:
                raise
            return False
        channel.close()
        return True


def attacks(user: str) -> Iterator[Attack]:
    """Every attempt on what is not this user's."""
    services = {service for service in OWNERS if {service, EVERY_SERVICE} & ASKS[user].keys()}
    services |= {"gateway"} & ASKS[user].keys()
    everybody = {EVERY_SERVICE} if user in OWNERS else set()
    askers = {asker for asker, row in ASKS.items() if ({user} | everybody) & row.keys()}
    says = {topology.asks(service) for service in services} | {topology.replies(asker) for asker in askers}
    reads, hears = set[str](), {topology.replies(user)}
    if user in OWNERS:
        says |= {f"{user}.events", f"{user}.retry", f"{user}.dead", f"{user}.asks"}
        reads |= {f"{user}.inbox.0"}
        hears |= {f"{user}.asks"}
    if user == "operator":
        says |= {f"{service}.replay" for service in OWNERS}
        reads |= {f"{service}.inbox.dlq" for service in OWNERS}
        hears |= {f"{owner}.events" for owner in OWNERS}
    if user == "gateway":
        hears |= {"bookings.events", "gateway.asks"}
    for queue in QUEUES:
        if queue not in reads:
            if ".inbox." not in queue or queue.endswith(".dlq"):  # one active consumer: nobody can get
                yield Attack(user, f"gets from {queue}", partial(get, queue))
            yield Attack(user, f"consumes {queue}", partial(consume, queue))
        yield Attack(user, f"binds {queue}", partial(bind_queue, queue, user))
    for exchange in ("", *EXCHANGES):
        if exchange not in says:
            yield Attack(user, f"publishes to {exchange or 'the default exchange'}", partial(publish, exchange))
        if exchange and exchange not in hears:
            yield Attack(user, f"binds a queue of its own to {exchange}", partial(hear, exchange, user))
    for other in topology.USERS:
        if other != user:
            for name in (topology.reply_queue(other), topology.asks_queue(other)):
                yield Attack(user, f"declares {name.rpartition('.')[0]}.…", partial(declare_queue, name))
    yield Attack(user, "declares a durable queue", partial(declare_queue, f"{user}.mine"))
    yield Attack(user, "declares an exchange", declare_exchange)
    yield Attack(user, "binds exchanges", bind_exchanges)


def get(queue: str, channel: BlockingChannel) -> None:
    method, _, _ = channel.basic_get(queue)
    if method is not None:
        channel.basic_nack(method.delivery_tag)


def consume(queue: str, channel: BlockingChannel) -> None:
    channel.basic_cancel(channel.basic_consume(queue, lambda *_: None))


def publish(exchange: str, channel: BlockingChannel) -> None:
    channel.basic_publish(exchange, "attack", b"{}", pika.BasicProperties(headers={"subject": "BK-1"}))


def hear(exchange: str, user: str, channel: BlockingChannel) -> None:
    queue = topology.reply_queue(user)
    channel.queue_declare(queue, exclusive=True, auto_delete=True)
    channel.queue_bind(queue, exchange, "1")
    channel.queue_delete(queue)


def bind_queue(queue: str, user: str, channel: BlockingChannel) -> None:
    """Have the messages of an own exchange put into a foreign queue."""
    channel.queue_bind(queue, topology.replies(user), "attack")
    channel.queue_unbind(queue, topology.replies(user), "attack")


def declare_queue(name: str, channel: BlockingChannel) -> None:
    channel.queue_declare(name, durable=True)
    channel.queue_delete(name)


def declare_exchange(channel: BlockingChannel) -> None:
    name = f"mine.{uuid4().hex}"
    channel.exchange_declare(name)
    channel.exchange_delete(name)


def bind_exchanges(channel: BlockingChannel) -> None:
    channel.exchange_bind("rooms.inbox", "payments.events", "attack")
    channel.exchange_unbind("rooms.inbox", "payments.events", "attack")
