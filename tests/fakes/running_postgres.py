"""A private PostgreSQL for tests and their commands."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from sandbox.stack.postgres import SETTINGS, SUPERUSER, PostgresNode
from sandbox.stack.postgres_programs import find_postgres
from tests.fakes.memory import directory_in_memory
from tests.fakes.roles import use_passwords

# With these settings a killed server loses nothing; what is in memory is lost with the machine in any case.
IN_MEMORY = SETTINGS | {
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "256MB",  # copies of databases write much to the log
    "checkpoint_timeout": "1h",
    "autovacuum": "off",  # it starts a process for each of the many databases, again and again
    "jit": "off",
}
FEW_HASHES = {"scram_iterations": "1"}  # PostgreSQL 16: a client computes 4,096 for each connection else


@contextmanager
def running_postgres(directory: Path | None = None) -> Iterator[PostgresNode]:
    """PostgreSQL until the block ends; its files are in memory where there is room, or else in `directory`.

    Tests make and remove many databases, and open many connections.
    """
    place = directory_in_memory() or directory or Path(tempfile.mkdtemp())
    programs = find_postgres()
    node = PostgresNode(place, programs=programs, settings=IN_MEMORY | (FEW_HASHES if programs.major >= 16 else {}))
    with node:
        use_passwords(node.password)
        with psycopg.connect(node.admin_url) as server:  # the password was hashed before the settings held
            password = sql.Literal(node.password(SUPERUSER))
            server.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(SUPERUSER), password))
        yield node
    node.erase()
    shutil.rmtree(place, ignore_errors=True)
