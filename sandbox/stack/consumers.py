"""Checks that queues have consumers, which shows that a service without an HTTP port is up."""

import pika
from pika.exceptions import AMQPError


def all_heard(amqp_url: str, queues: list[str]) -> bool:
    """Whether each of the queues exists and has a consumer; False where the broker does not answer."""
    try:
        with pika.BlockingConnection(pika.URLParameters(amqp_url)) as connection:
            channel = connection.channel()
            return all(channel.queue_declare(queue, passive=True).method.consumer_count for queue in queues)
    except (AMQPError, OSError):
        return False
