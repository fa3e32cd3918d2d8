"""PostgreSQL and RabbitMQ on their usual ports, as a machine has them that is used for other things too."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import pika
import psycopg
from pika.exceptions import ChannelClosedByBroker

from sandbox.stack.ports import Ports
from sandbox.stack.postgres import PostgresNode
from sandbox.stack.rabbit import RabbitNode
from sandbox.stack.run_directory import temporary_run

POSTGRES_PORT, AMQP_PORT = 5432, 5672


@dataclass(frozen=True)
class UsualServers:
    postgres: PostgresNode
    rabbit: RabbitNode

    def databases(self) -> set[str]:
        with psycopg.connect(self.postgres.admin_url) as server:
            return {row[0] for row in server.execute("select datname from pg_database")}


@contextmanager
def running(*nodes: PostgresNode | RabbitNode) -> Iterator[None]:
    """Starts nodes side by side; kills the brokers afterwards, which is faster than a stop."""
    with ThreadPoolExecutor() as helpers:
        try:
            list(helpers.map(lambda node: node.start(), nodes))
            yield
        finally:
            for node in nodes:
                if isinstance(node, RabbitNode):
                    node.kill()
                node.close()


@contextmanager
def usual_servers() -> Iterator[UsualServers]:
    """Servers, not started yet: on the usual ports, or the next free ones where this machine has such servers."""
    ports = Ports()
    try:
        with temporary_run() as run:
            yield UsualServers(
                PostgresNode(run / "postgres", port=ports.choose("PostgreSQL", POSTGRES_PORT)),
                RabbitNode(run / "rabbit", port=ports.choose("RabbitMQ", AMQP_PORT)),
            )
    finally:
        ports.release()


def declare(amqp_url: str, queue: str) -> None:
    with pika.BlockingConnection(pika.URLParameters(amqp_url)) as connection:
        connection.channel().queue_declare(queue, durable=True)


def has_queue(amqp_url: str, name: str) -> bool:
    with pika.BlockingConnection(pika.URLParameters(amqp_url)) as connection:
        try:
            connection.channel().queue_declare(name, passive=True)
        except ChannelClosedByBroker:
            return False
        return True
