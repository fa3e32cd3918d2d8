"""A PostgreSQL server that somebody else runs: we add databases under a prefix and take them away at the end."""

import secrets
from types import TracebackType
from typing import Self

from sandbox.stack.databases import Administrator


class ExternalPostgres:
    """`admin_url` is a role that may create roles and databases. Nothing without the prefix is touched."""

    def __init__(self, admin_url: str, *, prefix: str) -> None:
        self.admin_url = admin_url
        self.prefix = prefix
        self._made: dict[str, str] = {}

    def alive(self) -> bool:
        return Administrator(self.admin_url).ping()

    def start(self) -> Self:
        if not self.alive():
            raise RuntimeError("The PostgreSQL server of DATABASE_URL does not answer.")
        return self

    def create_database(self, name: str) -> str:
        """Make `<prefix><name>` and its role; its URL, the same every time until `close`."""
        full = f"{self.prefix}{name}"
        if full not in self._made:
            self._made[full] = Administrator(self.admin_url).create(full, secrets.token_urlsafe(24))
        return self._made[full]

    def close(self) -> None:
        """Drop what was made."""
        while self._made:
            Administrator(self.admin_url).drop(self._made.popitem()[0])

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
