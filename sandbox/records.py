"""What a stand-in stores on disk: JSON values by collection and key, in one SQLite file.

A value that is stored survives the end of the process at any moment. The disk is not waited for: a power failure may
lose the last values, and never leaves half of a `write`.
"""

import json
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

FILE = "records.sqlite"
# None removes the value.
Change = tuple[str, str, str | None]
_TABLE = """
create table if not exists record (
    number integer primary key, collection text not null, key text not null, value text not null,
    unique (collection, key)
)
"""
_PUT = """
insert into record (collection, key, value) values (?, ?, ?)
on conflict (collection, key) do update set value = excluded.value
"""


class NotStored(Exception):
    """The disk takes no more: nothing of the write is stored, and a later write may succeed."""


class Records:
    """The stored values of one stand-in; its directory is created."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._database = sqlite3.connect(directory / FILE, isolation_level=None, check_same_thread=False)
        self._database.execute("pragma journal_mode = wal")
        self._database.execute("pragma synchronous = off")
        self._database.execute(_TABLE)

    def read(self, collection: str) -> dict[str, Any]:
        """The values of a collection by key, in the order of their first write."""
        rows = self._database.execute(
            "select key, value from record where collection = ? order by number", [collection]
        )
        return {key: json.loads(value) for key, value in rows}

    def write(self, changes: Iterable[Change]) -> None:
        """Store JSON texts or remove values, all or none. Raises NotStored."""
        try:
            self._database.execute("begin")
            for collection, key, text in changes:
                if text is None:
                    self._database.execute("delete from record where collection = ? and key = ?", [collection, key])
                else:
                    self._database.execute(_PUT, [collection, key, text])
            self._database.execute("commit")
        except sqlite3.DatabaseError as error:
            if self._database.in_transaction:
                self._database.execute("rollback")
            raise NotStored(str(error)) from error

    def clear(self) -> None:
        """Remove every value."""
        self._database.execute("delete from record")

    def close(self) -> None:
        self._database.close()
