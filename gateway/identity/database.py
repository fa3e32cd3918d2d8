"""The connections to the gateway's database."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio.engine import AsyncConnection, AsyncEngine, create_async_engine

from chassis.database.asynchronous import engine_parameters
from chassis.refusal import Unavailable
from chassis.transactions.unit_of_work import is_outage

STATEMENT_WITHIN = 3  # seconds


class AccountsDatabase:
    """The database at `url` (`postgresql+psycopg://…`). Every method raises `Unavailable` where it is down."""

    def __init__(self, url: str) -> None:
        self._engine: AsyncEngine = create_async_engine(
            url,
            pool_size=8,
            max_overflow=8,
            pool_timeout=3,
            pool_reset_on_return=None,
            isolation_level="AUTOCOMMIT",
            hide_parameters=True,
            connect_args=engine_parameters("gateway", statement=STATEMENT_WITHIN),
        )
        self._transactions = self._engine.execution_options(isolation_level="READ COMMITTED")

    async def close(self) -> None:
        """Close the connections."""
        await self._engine.dispose()

    async def run(self, statement: sa.Executable, *, again: bool = True) -> Sequence[sa.Row[Any]]:
        """Run and commit a statement, return its rows. With `again`, it runs again if its connection was stale."""
        try:
            async with self._engine.connect() as connection:
                result = await connection.execute(statement)
                return result.all() if result.returns_rows else ()
        except (sa.exc.DBAPIError, sa.exc.TimeoutError, OSError) as problem:
            if again and isinstance(problem, sa.exc.DBAPIError) and problem.connection_invalidated:
                return await self.run(statement, again=False)
            raise _outage(problem) from problem

    async def first(self, statement: sa.Executable) -> sa.Row[Any] | None:
        """The first row of a query."""
        return next(iter(await self.run(statement)), None)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """A transaction, committed at the end of the `with` block. Each statement sees what is committed by then."""
        try:
            async with self._transactions.begin() as connection:
                yield connection
        except (sa.exc.DBAPIError, sa.exc.TimeoutError, OSError) as problem:
            raise _outage(problem) from problem


def _outage(problem: Exception) -> Exception:
    """`Unavailable` for an outage; any other problem unchanged."""
    if is_outage(problem) or isinstance(problem, OSError):
        return Unavailable(f"the staff accounts cannot be reached: {type(problem).__name__}")
    return problem
