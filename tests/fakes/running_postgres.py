"""A private PostgreSQL for tests and their commands."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sandbox.stack.postgres import SETTINGS, PostgresNode
from tests.fakes.memory import directory_in_memory
from tests.fakes.roles import use_passwords

IN_MEMORY = SETTINGS | {"max_wal_size": "256MB"}  # copies of databases write much to the log


@contextmanager
def running_postgres(directory: Path | None = None) -> Iterator[PostgresNode]:
    """PostgreSQL until the block ends; its files are in memory where there is room, or else in `directory`.

    Tests make and remove many databases.
    """
    place = directory_in_memory() or directory or Path(tempfile.mkdtemp())
    node = PostgresNode(place, settings=IN_MEMORY)
    with node:
        use_passwords(node.password)
        yield node
    node.erase()
    shutil.rmtree(place, ignore_errors=True)
