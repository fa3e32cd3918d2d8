"""The one place that commits: a transaction is state, audit, outbox, inbox and idempotency row together, or nothing."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import sqlalchemy as sa

from chassis.refusal import Unavailable
from chassis.tables import CLOCK
from chassis.work import Work
from contracts.message import Ask, Envelope
from contracts.values import Context

T = TypeVar("T")
Reply = TypeVar("Reply")


def is_outage(error: BaseException) -> bool:
    """Whether this says that something is down, rather than that the work is wrong. Outages are not tries."""
    if isinstance(error, sa.exc.DBAPIError):
        return error.connection_invalidated or isinstance(error, (sa.exc.OperationalError, sa.exc.InterfaceError))
    return isinstance(error, (Unavailable, ConnectionError, sa.exc.TimeoutError))


class Transactor:
    """Opens transactions on one service's database. `demo` lets the domain's clock run ahead of the wall's."""

    def __init__(
        self,
        engine: sa.Engine,
        work: type[Work],
        *,
        reading: sa.Engine | None = None,
        tools: Any = None,
        demo: bool = False,
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        self.engine = engine
        self.reading = reading or engine.execution_options(isolation_level="AUTOCOMMIT")
        self.tools = tools
        self.wake = wake
        self.tally: Counter[str] = Counter()  # what this process has counted, for operators
        self._work = work
        self._demo = demo

    def now(self, connection: sa.Connection) -> datetime:
        """The domain's time."""
        wall = datetime.now(UTC)
        if not self._demo:
            return wall
        return wall + timedelta(seconds=float(connection.execute(sa.select(CLOCK.c.ahead_seconds)).scalar_one()))

    @contextmanager
    def begin(self, context: Context | None = None, *, cause: Envelope | None = None) -> Iterator[Work]:
        """One transaction: committed at the end of the block, rolled back by any exception."""
        with self.engine.begin() as connection:
            work = self._made(connection, context, cause)
            yield work
            work.flush()
        if work.owes_errands:
            self.wake()
        for done in work.after_commit:
            done()

    @contextmanager
    def read(self, context: Context | None = None) -> Iterator[Work]:
        """A look at the data without a transaction around it."""
        with self.reading.connect() as connection:
            yield self._made(connection, context, None)

    def _made(self, connection: sa.Connection, context: Context | None, cause: Envelope | None) -> Work:
        return self._work(
            connection, now=self.now(connection), context=context or Context(), tools=self.tools, cause=cause
        )

    def advance(self, seconds: float) -> datetime:
        """Move the domain's clock, in demo mode only."""
        if not self._demo:
            raise PermissionError("the clock moves in demo mode only")
        with self.engine.begin() as connection:
            connection.execute(CLOCK.update().values(ahead_seconds=CLOCK.c.ahead_seconds + seconds))
            return self.now(connection)


class Desk:
    """Where a conversation is held: transactions of one's own, and asks to others between them, never inside one."""

    def __init__(
        self, transactor: Transactor, ask: Callable[[Ask[Any], Context], Any], context: Context | None = None
    ) -> None:
        self._transactor = transactor
        self._ask = ask
        self._open = False
        self.context = context or Context()
        self.tools = transactor.tools

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        """One transaction, as `Work`."""
        with self._transactor.begin(self.context) as work:
            self._open = True
            try:
                yield work
            finally:
                self._open = False

    @contextmanager
    def reading(self) -> Iterator[Any]:
        """A look without a transaction, as `Work`."""
        with self._transactor.read(self.context) as work:
            yield work

    def ask(self, message: Ask[Reply]) -> Reply:
        """Ask another service and wait. Raises its `Refusal`, or `Unavailable` where nobody answers in time."""
        if self._open:
            raise RuntimeError(f"{type(message).__name__} was asked inside an open transaction")
        reply: Reply = self._ask(message, self.context)
        return reply
