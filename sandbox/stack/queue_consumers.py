"""Whether a service consumes: a service without an HTTP port is ready when it does."""

import pika
from pika.exceptions import AMQPError

from chassis.messaging.amqp.parameters import parameters

NAME = "readiness"
EXPIRED = pika.BasicProperties(headers={"deadline": 1}, expiration="1000")  # so the service drops the ask


def all_consumed(amqp_url: str, queues: list[str]) -> bool:
    """Whether each of the queues exists and has a consumer; False while the broker is away."""
    try:
        with pika.BlockingConnection(parameters(amqp_url, NAME)) as connection:
            channel = connection.channel()
            return all(channel.queue_declare(queue, passive=True).method.consumer_count for queue in queues)
    except (AMQPError, OSError):
        return False


def is_asked(amqp_url: str, exchange: str) -> bool:
    """Whether an ask to this exchange reaches a process; False while the broker is away."""
    try:
        with pika.BlockingConnection(parameters(amqp_url, NAME)) as connection:
            channel = connection.channel()
            channel.confirm_delivery()
            channel.basic_publish(exchange, "probe", b"{}", EXPIRED, mandatory=True)
    except (AMQPError, OSError):
        return False
    return True
