"""A broker of this folder alone, because the tests open and close its permissions."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.stack.commands import BROKER_USERS, COMMANDS
from sandbox.stack.rabbit import RabbitNode


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitNode]:
    """A private RabbitMQ with the product's users and topology."""
    directory = Path(tmp_path_factory.mktemp("rabbit"))
    with RabbitNode(directory, definitions=COMMANDS.definitions, users=BROKER_USERS) as node:
        yield node
