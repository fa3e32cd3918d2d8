"""The running role of a database, beside the owner with which a test prepares and looks into it."""

from collections.abc import Callable
from functools import cache

import sqlalchemy as sa

_passwords: list[Callable[[str], str]] = []


def use_passwords(password_of: Callable[[str], str]) -> None:
    """Take the passwords of roles from this function: that of the session's PostgreSQL."""
    _passwords[:] = [password_of]


def running_url(owner: sa.URL) -> sa.URL:
    """The URL of the same database for its running role."""
    role = (owner.username or "").removesuffix("_owner")
    return owner.set(username=role, password=_passwords[0](role))


@cache
def running_engine(owner: sa.URL) -> sa.Engine:
    """The engine of the running role of the owner's database, one for the session."""
    return sa.create_engine(running_url(owner), pool_size=64, max_overflow=0, pool_pre_ping=True)
