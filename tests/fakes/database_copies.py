"""Copies of databases, each dropped when its `with` block ends, because all copies together fill the memory."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from urllib.parse import urlsplit

import psycopg

from sandbox.stack.databases import Administrator

CopyDatabase = Callable[[str], AbstractContextManager[str]]

_connections: dict[str, psycopg.Connection[tuple[object, ...]]] = {}


class KeptAdministrator(Administrator):
    """Administers a server on one connection, which is kept until the process ends, unless the server ends it."""

    def _connect(self) -> AbstractContextManager[psycopg.Connection[tuple[object, ...]]]:
        if self.url not in _connections or not _answers(_connections[self.url]):
            _connections[self.url] = psycopg.connect(self.url, autocommit=True, connect_timeout=5)
        return nullcontext(_connections[self.url])


def _answers(connection: psycopg.Connection[tuple[object, ...]]) -> bool:
    try:
        connection.execute("select 1")
    except psycopg.OperationalError:
        return False
    return True


@contextmanager
def database_copy(administrator: Administrator, url: str) -> Iterator[str]:
    """The URL of a copy of the database at `url`, which must have no connections."""
    copy = administrator.copy(url, f"copy_{uuid.uuid4().hex[:12]}")
    yield copy
    administrator.drop(urlsplit(copy).path.lstrip("/"))


@contextmanager
def copies_of(urls: Mapping[str, str], copied_database: CopyDatabase) -> Iterator[dict[str, str]]:
    """The URLs of copies of these databases, by the same names."""
    with ExitStack() as copies:
        yield {name: copies.enter_context(copied_database(url)) for name, url in urls.items()}
