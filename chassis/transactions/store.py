"""Stores: each holds the SQL of some tables and works on the connection of one transaction."""

from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.types import UserDefinedType

from chassis.transactions.work import Work

S = TypeVar("S")


class AnyInteger(UserDefinedType[int]):
    """The type of an integer column that is compared with an integer of any size: a key that a client sends.

    SQLAlchemy's own types convert the compared number to the type of the column, and so fail for a larger number.
    """

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "integer"


class SqlStore:
    """Base of a service's stores."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection


def store(kind: Callable[[sa.Connection], S]) -> cached_property[S]:
    """A store as an attribute of a transaction, made when the attribute is first read."""

    def made(work: Work) -> S:
        return kind(work.connection)

    return cached_property(made)
