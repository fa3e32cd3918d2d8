"""Creates one database and one role for each service; a role can connect only to its own database."""

import os
from dataclasses import dataclass
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from psycopg import Connection, sql


def forget_other_servers() -> None:
    """Remove libpq's settings (PGSSLMODE and so on) from the environment, because they are meant for other servers."""
    for name in [name for name in os.environ if name.startswith("PG")]:
        del os.environ[name]


@dataclass(frozen=True)
class Administrator:
    """Administers a PostgreSQL server. `url` is `postgresql://role:password@host:port/database[?options]`."""

    url: str

    def create(self, name: str, password: str) -> str:
        """Create the role and its database, or set the existing role's password; returns the role's URL."""
        database, role = sql.Identifier(name), sql.Identifier(name)
        with self._connect() as server:
            known = server.execute("select 1 from pg_roles where rolname = %s", [name]).fetchone()
            verb = sql.SQL("alter" if known else "create")
            server.execute(sql.SQL("{} role {} login password {}").format(verb, role, sql.Literal(password)))
            if not server.execute("select 1 from pg_database where datname = %s", [name]).fetchone():
                if not _is_superuser(server):
                    server.execute(sql.SQL("grant {} to current_user").format(role))
                server.execute(sql.SQL("create database {} owner {}").format(database, role))
            server.execute(sql.SQL("revoke all on database {} from public").format(database))
        return self.url_of(name, password)

    def has(self, name: str) -> bool:
        """Whether there is a database of this name."""
        with self._connect() as server:
            return bool(server.execute("select 1 from pg_database where datname = %s", [name]).fetchone())

    def copy(self, url: str, name: str) -> str:
        """Copy the database at `url` for the same role; returns the copy's URL. Fails while there are connections."""
        parts = urlsplit(url)
        pattern, role = sql.Identifier(parts.path.lstrip("/")), sql.Identifier(parts.username or "")
        with self._connect() as server:
            copying = sql.SQL("create database {} owner {} template {}")
            server.execute(copying.format(sql.Identifier(name), role, pattern))
            server.execute(sql.SQL("revoke all on database {} from public").format(sql.Identifier(name)))
        return urlunsplit(parts._replace(path=f"/{name}"))

    def close_to_strangers(self, *databases: str) -> None:
        """Let only the owner and superusers connect to each of `databases`."""
        with self._connect() as server:
            for name in databases:
                server.execute(sql.SQL("revoke all on database {} from public").format(sql.Identifier(name)))

    def drop(self, name: str) -> None:
        """Drop the database and its role; open connections are ended."""
        with self._connect() as server:
            server.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
            server.execute(sql.SQL("drop role if exists {}").format(sql.Identifier(name)))

    def ping(self) -> bool:
        try:
            with self._connect() as server:
                return server.execute("select 1").fetchone() is not None
        except psycopg.OperationalError:
            return False

    def url_of(self, name: str, password: str) -> str:
        parts = urlsplit(self.url)
        server = parts.netloc.rpartition("@")[2]
        return urlunsplit((parts.scheme, f"{quote(name)}:{quote(password, safe='')}@{server}", name, parts.query, ""))

    def _connect(self) -> Connection[tuple[object, ...]]:
        return psycopg.connect(self.url, autocommit=True, connect_timeout=5)


def _is_superuser(server: Connection[tuple[object, ...]]) -> bool:
    row = server.execute("select rolsuper from pg_roles where rolname = current_user").fetchone()
    return bool(row and row[0])
