"""The servers' own counters: SQL commands, commits and fsyncs of PostgreSQL, and the messages of the broker."""

import re
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit, urlunsplit

import psycopg

from sandbox.stack.postgres import PostgresNode
from sandbox.stack.rabbit import RabbitNode

SQL, COMMITS, FSYNCS, PUBLISHED, ROUTED = "SQL commands", "commits", "fsyncs", "messages published", "messages routed"
COUNTERS = (SQL, COMMITS, FSYNCS, PUBLISHED, ROUTED)
SETTLED_AFTER = 11.0  # seconds: an idle PostgreSQL process reports its statistics within ten

# The commands of every role but this one, which is the measurement's.
_SQL = """
    SELECT coalesce(sum(calls), 0) FROM pg_stat_statements
    WHERE userid <> (SELECT oid FROM pg_roles WHERE rolname = current_user)
"""
_COMMITS = "SELECT sum(xact_commit) FROM pg_stat_database WHERE datname = ANY (%s)"
_FSYNCS = "SELECT coalesce(sum(fsyncs), 0) FROM pg_stat_io"
_FSYNCS_OF_WAL = "SELECT wal_sync FROM pg_stat_wal"  # before PostgreSQL 18, pg_stat_io has none of the log
_BROKER = "rabbit_global_counters:overview()."
_NAMED = {PUBLISHED: "messages_received_total", ROUTED: "messages_routed_total"}


class WorkCounters:
    """Reads the counters of the servers over connections that live as long as this, as the server's superuser.

    `databases` are the names of those whose commits count. Their queries on those databases are taken off.
    """

    def __init__(self, postgres: PostgresNode, rabbit: RabbitNode, databases: list[str]) -> None:
        self._rabbit, self._databases = rabbit, databases
        self._server = psycopg.connect(postgres.admin_url, autocommit=True)
        self._server.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        self._inside = {name: psycopg.connect(database_url(postgres, name), autocommit=True) for name in databases}
        self._own_queries = 0

    @property
    def pids(self) -> list[int]:
        """The PostgreSQL processes that work for this."""
        return [connection.info.backend_pid for connection in (self._server, *self._inside.values())]

    def add_database(self, postgres: PostgresNode, name: str) -> None:
        """Count the commits of this database, too, and answer queries on it."""
        self._databases.append(name)
        self._inside[name] = psycopg.connect(database_url(postgres, name), autocommit=True)

    def rows(self, database: str, query: str, params: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """The rows of a query, or [] of a command, that is not counted."""
        self._own_queries += 1
        cursor = self._inside[database].execute(query.encode(), params)
        return cursor.fetchall() if cursor.description else []

    def read(self) -> dict[str, float]:
        """Each counter since the start of its server; exact where the servers have been at rest `SETTLED_AFTER`."""
        fsyncs = _FSYNCS if self._server.info.server_version >= 180_000 else _FSYNCS_OF_WAL
        commits = self._number(_COMMITS, [self._databases]) - self._own_queries
        return {SQL: self._number(_SQL), COMMITS: commits, FSYNCS: self._number(fsyncs), **self._messages()}

    def close(self) -> None:
        """Close the connections."""
        for connection in (self._server, *self._inside.values()):
            connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _number(self, query: str, params: list[Any] | None = None) -> float:
        row = self._server.execute(query.encode(), params).fetchone()
        return float(row[0]) if row else 0.0

    def _messages(self) -> dict[str, float]:
        return messages_in(self._rabbit.ctl("eval", _BROKER, timeout=300))


def messages_in(overview: str) -> dict[str, float]:
    """The messages that the broker has received and routed, a message to two queues twice, from its own overview.

    Raises ValueError where the overview lacks a counter.
    """
    totals = {}
    for name, counter in _NAMED.items():
        numbers = re.findall(rf"\b{counter}\s*=>\s*(\d+)", overview)
        if not numbers:
            raise ValueError(f"the broker has no {counter}: {overview[:200]}")
        totals[name] = float(sum(map(int, numbers)))
    return totals


def database_url(postgres: PostgresNode, database: str) -> str:
    """The superuser's URL of a database."""
    return urlunsplit(urlsplit(postgres.admin_url)._replace(path=f"/{database}"))
