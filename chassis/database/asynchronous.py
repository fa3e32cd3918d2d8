"""Connections to PostgreSQL on the asyncio event loop, which close themselves when the database is silent."""

import asyncio
import os
import socket
from contextlib import suppress
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen

from chassis import time_limits
from chassis.database.parameters import parameters

Result = TypeVar("Result")


class WatchedConnection(psycopg.AsyncConnection[Any]):
    """A connection on which a statement that is not answered in time fails with `psycopg.OperationalError`.

    The socket is shut down then, because psycopg would wait for the silent database once more to cancel the statement.
    A wait that has a timeout of its own, as for notifications, is left alone. No wait looks up ten times a second for
    Ctrl-C, as psycopg's do: an event loop cancels the task.
    """

    answer_limit: float = time_limits.ANSWER

    async def wait(self, gen: PQGen[Result], interval: float = 0.0, timeout: float | None = None) -> Result:  # noqa: ARG002
        if timeout is not None:
            return await super().wait(gen, timeout, timeout)
        limit = asyncio.get_running_loop().call_later(self.answer_limit, self._shut_down)
        try:
            return await super().wait(gen, self.answer_limit)
        except psycopg.OperationalError as problem:
            if limit.when() > asyncio.get_running_loop().time():
                raise
            raise psycopg.OperationalError(f"no answer in {self.answer_limit:g} s") from problem
        finally:
            limit.cancel()

    def _shut_down(self) -> None:
        with suppress(psycopg.OperationalError, OSError), socket.socket(fileno=os.dup(self.pgconn.socket)) as shared:
            shared.shutdown(socket.SHUT_RDWR)


async def connect(url: str, process: str) -> WatchedConnection:
    """A connection in autocommit mode. Raises `psycopg.OperationalError` where none can be made."""
    return await WatchedConnection.connect(url, autocommit=True, **parameters(process))


def engine_parameters(process: str, *, statement: float) -> dict[str, Any]:
    """The `connect_args` of an asyncio engine of SQLAlchemy. Each statement may take `statement` seconds."""

    async def create(*args: Any, **kwargs: Any) -> WatchedConnection:
        connection = await WatchedConnection.connect(*args, **kwargs)
        connection.answer_limit = statement + time_limits.ANSWER - time_limits.STATEMENT
        return connection

    return {**parameters(process, statement=statement), "async_creator_fn": create}
