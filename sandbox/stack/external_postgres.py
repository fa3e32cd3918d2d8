"""An existing PostgreSQL server, on which a run creates databases with a prefix and drops them at the end."""

import secrets
from collections import defaultdict
from types import TracebackType
from typing import Self

from sandbox.stack.databases import Administrator, DatabaseUrls


class ExternalPostgres:
    """An existing server. The role in `admin_url` may create roles and databases; only prefixed names are changed."""

    def __init__(self, admin_url: str, *, prefix: str) -> None:
        self.admin_url = admin_url
        self.prefix = prefix
        self._made: dict[str, DatabaseUrls] = {}

    def alive(self) -> bool:
        return Administrator(self.admin_url).ping()

    def start(self) -> Self:
        if not self.alive():
            raise RuntimeError("The PostgreSQL server of DATABASE_URL does not answer.")
        return self

    def has_database(self, name: str) -> bool:
        return Administrator(self.admin_url).has(f"{self.prefix}{name}")

    def create_database(self, name: str) -> DatabaseUrls:
        """Create the database `<prefix><name>` and its roles; returns URLs that stay the same until `close`."""
        full = f"{self.prefix}{name}"
        if full not in self._made:
            passwords: defaultdict[str, str] = defaultdict(lambda: secrets.token_urlsafe(24))
            self._made[full] = Administrator(self.admin_url).create(full, passwords.__getitem__)
        return self._made[full]

    def close(self) -> None:
        """Drop the databases and roles that `create_database` created."""
        while self._made:
            Administrator(self.admin_url).drop(self._made.popitem()[0])

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
