"""Stores: each holds the SQL of some tables and works on the connection of one transaction."""

from collections.abc import Callable
from functools import cached_property
from typing import TypeVar

import sqlalchemy as sa

S = TypeVar("S")


class SqlStore:
    """Base of a service's stores."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection


def store(kind: Callable[[sa.Connection], S]) -> cached_property[S]:
    """A store as an attribute of a transaction, made when the attribute is first read."""
    return cached_property(lambda work: kind(work.connection))
