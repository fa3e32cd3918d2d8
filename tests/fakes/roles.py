"""The running role and the relay's of a database, beside the owner with which a test prepares and looks into it."""

from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType

import sqlalchemy as sa

from chassis.settings import with_driver
from chassis.transactions.grants import APPEND, grant
from chassis.transactions.roles import Roles, roles_of
from chassis.transactions.tables import create_all
from tests.fakes.compiled import sharing_compiled
from tests.fakes.driver import engine_under_test

_passwords: list[Callable[[str], str]] = []


def use_passwords(password_of: Callable[[str], str]) -> None:
    """Take the passwords of roles from this function: that of the session's PostgreSQL."""
    _passwords[:] = [password_of]


def running_url(owner: sa.URL) -> sa.URL:
    """The URL of the same database for its running role."""
    return _url_of(owner, _roles(owner).running)


def relay_url(owner: sa.URL) -> sa.URL:
    """The URL of the same database for its relay."""
    return _url_of(owner, _roles(owner).relay)


def granted_engine(url: str, statements: Mapping[str, str] = MappingProxyType({})) -> sa.Engine:
    """The owner's engine of a new database, with the tables that every service has, a test's own, and all grants.

    `statements` creates the test's own tables, by name. The running role may read and write them, and the test may
    read what the processes do.
    """
    engine = sa.create_engine(with_driver(url, "psycopg2"))
    with engine.begin() as connection:
        create_all(connection)
        for statement in statements.values():
            connection.execute(sa.text(statement))
        grant(connection, dict.fromkeys(statements, APPEND))
    return engine


@cache
def owner_engine(url: str) -> sa.Engine:
    """The engine of the owner of a database that a session's tests share, with connections that outlast each test."""
    engine = sa.create_engine(with_driver(url, "psycopg2"), pool_size=64, max_overflow=0, pool_pre_ping=True)
    return sharing_compiled(engine)


@cache
def running_engine(owner: sa.URL) -> sa.Engine:
    """The engine of the running role of the owner's database, one for the session."""
    return engine_under_test(running_url(owner), pool_size=64, max_overflow=0, pool_pre_ping=True)


def _roles(owner: sa.URL) -> Roles:
    return roles_of((owner.username or "").removesuffix("_owner"))


def _url_of(owner: sa.URL, role: str) -> sa.URL:
    return owner.set(username=role, password=_passwords[0](role))
