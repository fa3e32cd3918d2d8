"""The session's broker, as its definitions make it, before and after the tests of each file."""

from collections.abc import Iterator

import pytest

from chassis.messaging.migrate import migrate
from sandbox.stack.rabbit import RabbitNode
from tests.interface.chassis.conftest import purge


@pytest.fixture(scope="module")
def node(rabbit: RabbitNode) -> Iterator[RabbitNode]:
    """The session's RabbitMQ with empty queues; further partitions are removed afterwards."""
    yield purge(rabbit)
    migrate(rabbit.amqp_url, partitions=1)
    purge(rabbit)
