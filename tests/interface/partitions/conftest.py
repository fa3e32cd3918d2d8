"""The session's broker with a number of partitions that tests change and restore; and several toy processes."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress

import pika
import pytest
import sqlalchemy as sa

from chassis.messaging import topology
from chassis.messaging.amqp.probe import QueueProbe
from chassis.messaging.migrate import migrate
from sandbox.stack.rabbit import RabbitNode
from tests.interface.chassis.conftest import Owner, Toy, clean_rabbit, owner, purge, relay, toy, until

__all__ = ["clean_rabbit", "owner", "relay", "toy"]

SETTLED_WITHIN = 10


@pytest.fixture(scope="module", autouse=True)
def one_partition_again(rabbit: RabbitNode) -> Iterator[None]:
    """Whatever becomes of the tests, each inbox has one partition afterwards."""
    yield
    migrate(rabbit.amqp_url, partitions=1)
    purge(rabbit)


class Processes:
    """Processes of the toy service, by name, each started with a number of partitions in its settings."""

    def __init__(self, toy: Toy, rabbit: RabbitNode) -> None:
        self._toy, self._rabbit = toy, rabbit
        self._running: dict[str, ExitStack] = {}
        self.pids: dict[str, int] = {}

    def start(self, name: str, partitions: int, **limits: float) -> None:
        self._toy.environment["INBOX_PARTITIONS"] = str(partitions)
        self._running[name] = ExitStack()
        self.pids[name] = self._running[name].enter_context(self._toy.running(limits=limits)).pid

    def stop(self, name: str) -> None:
        self._running.pop(name).close()

    def signal(self, name: str, number: int) -> None:
        os.kill(self.pids[name], number)

    def close(self) -> None:
        """End all processes at once, whatever they do."""
        for name in [*self._running]:
            with suppress(ProcessLookupError):
                self.signal(name, signal.SIGKILL)
            self.stop(name)

    def shares(self) -> list[int]:
        """How many partitions each process holds that holds one."""
        with self._toy.engine.connect() as connection:
            statement = "SELECT count(*) FROM inbox_partition WHERE holder IS NOT NULL GROUP BY holder ORDER BY 1"
            return [*connection.execute(sa.text(statement)).scalars()]

    def consumers(self, partitions: int) -> list[int | None]:
        """The number of consumers of each partition's queue."""
        with pika.BlockingConnection(pika.URLParameters(self._rabbit.amqp_url)) as connection:
            return [QueueProbe(connection).consumers_of(queue) for queue in topology.partitions("rooms", partitions)]

    def settle(self, *shares: int, within: float = SETTLED_WITHIN) -> None:
        """Wait until the partitions are distributed like this."""
        until(lambda: self.shares() == sorted(shares), within=within, what=f"the shares {shares}")


@pytest.fixture
def processes(toy: Toy, clean_rabbit: RabbitNode) -> Iterator[Processes]:
    """No process yet; all are ended after the test."""
    made = Processes(toy, clean_rabbit)
    yield made
    made.close()


@pytest.fixture
def four_partitions(clean_rabbit: RabbitNode) -> Iterator[None]:
    """Four partitions for the time of the test."""
    migrate(clean_rabbit.amqp_url, partitions=4)
    yield
    migrate(clean_rabbit.amqp_url, partitions=1)


@pytest.fixture
def publish(owner: Owner) -> Callable[..., None]:
    """Publishes one event for each of these subjects and notes, subject after subject."""

    def publish(subjects: int, each: int, note: str = "wait") -> None:
        for _ in range(each):
            for number in range(subjects):
                owner.publish(f"BK-{number}", note)

    return publish
