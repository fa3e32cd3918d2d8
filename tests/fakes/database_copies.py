"""Copies of databases, each dropped when its `with` block ends, because all copies together fill the memory."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from urllib.parse import urlsplit

from sandbox.stack.databases import Administrator

CopyDatabase = Callable[[str], AbstractContextManager[str]]


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
