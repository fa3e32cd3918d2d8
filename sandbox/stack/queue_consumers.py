"""Whether a queue has a consumer: a service without an HTTP port is ready when its queues are consumed."""

import pika
from pika.exceptions import AMQPError


def all_consumed(amqp_url: str, queues: list[str]) -> bool:
    """Whether each of the queues exists and has a consumer; False while the broker is away."""
    try:
        with pika.BlockingConnection(pika.URLParameters(amqp_url)) as connection:
            channel = connection.channel()
            return all(channel.queue_declare(queue, passive=True).method.consumer_count for queue in queues)
    except (AMQPError, OSError):
        return False
