"""A private RabbitMQ for tests."""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sandbox.stack.commands import BROKER_USERS, COMMANDS
from sandbox.stack.rabbit import RabbitNode
from tests.fakes.memory import directory_in_memory


@contextmanager
def running_rabbit(
    directory: Path | None = None,
    *,
    definitions: Sequence[str] = COMMANDS.definitions,
    users: Sequence[str] = BROKER_USERS,
    console_port: int | None = None,
) -> Iterator[RabbitNode]:
    """RabbitMQ until the block ends; its files are in memory where there is room, or else in `directory`.

    A killed node loses nothing; what is in memory is lost with the machine. At the end the node is killed, which is
    faster than a stop.
    """
    place = directory_in_memory() or directory or Path(tempfile.mkdtemp())
    node = RabbitNode(place, definitions=definitions, users=users, console_port=console_port)
    try:
        yield node.start()
    finally:
        node.kill()
        node.close()
        shutil.rmtree(place, ignore_errors=True)
