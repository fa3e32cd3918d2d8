"""Whether somebody listens to a queue: how a service without an HTTP port shows that it is up."""

import pika
from pika.exceptions import AMQPError


def all_heard(amqp_url: str, queues: list[str]) -> bool:
    """Each of the queues exists and has a consumer."""
    try:
        with pika.BlockingConnection(pika.URLParameters(amqp_url)) as connection:
            channel = connection.channel()
            return all(channel.queue_declare(queue, passive=True).method.consumer_count for queue in queues)
    except (AMQPError, OSError):
        return False
