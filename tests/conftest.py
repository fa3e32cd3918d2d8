"""Real servers for the tests that say they use them: one private node of each a session, a database per asker."""

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sandbox.stack.postgres import PostgresNode
from sandbox.stack.rabbit import RabbitNode


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--storm", type=int, default=500, metavar="N", help="how many storms blow over bookings' money")


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresNode]:
    """A private PostgreSQL."""
    node = PostgresNode(tmp_path_factory.mktemp("postgres"))
    with node:
        yield node
    node.erase()


@pytest.fixture(scope="session")
def rabbit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitNode]:
    """A private RabbitMQ."""
    with RabbitNode(Path(tmp_path_factory.mktemp("rabbit"))) as node:
        yield node


@pytest.fixture(scope="session")
def new_database(postgres: PostgresNode) -> Callable[[str], str]:
    """Makes an empty database with a role of its own and answers its URL."""
    return lambda name: postgres.create_database(f"{name}_{uuid.uuid4().hex[:8]}")
