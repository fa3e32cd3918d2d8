"""The only place that commits. A commit stores state, audit, outbox, inbox and idempotency rows together."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from chassis.refusal import Unavailable
from chassis.transactions.new_jobs import NewJobs, Reserve, reserve_none
from chassis.transactions.tables import CLOCK
from chassis.transactions.work import Work
from contracts.message import Envelope
from contracts.values import Caller, Context

SYSTEM_CONTEXT = Context(caller=Caller(kind="system"))


def is_outage(error: BaseException) -> bool:
    """Whether the error means that a dependency is down. An outage does not count as an attempt."""
    if isinstance(error, sa.exc.DBAPIError):
        return error.connection_invalidated or isinstance(error, (sa.exc.OperationalError, sa.exc.InterfaceError))
    return isinstance(error, (Unavailable, ConnectionError, sa.exc.TimeoutError))


class UnitOfWork:
    """Opens transactions on one service's database. In `demo` mode the domain's clock may run ahead of wall time.

    `wake(kinds)` is called after a commit that enqueued due jobs of these kinds. Jobs for which `reserve` reserves a
    worker are leased by the statement that enqueues them, and are run after the commit without being looked for.
    """

    def __init__(
        self,
        engine: sa.Engine,
        work: type[Work],
        *,
        reading: sa.Engine | None = None,
        dependencies: Any = None,
        demo: bool = False,
        wake: Callable[[Collection[str]], None] = lambda _: None,
        reserve: Reserve = reserve_none,
    ) -> None:
        self.engine = engine
        self.reading = reading or engine.execution_options(isolation_level="AUTOCOMMIT")
        self.dependencies = dependencies
        self.wake = wake
        self.reserve = reserve
        self.counters: Counter[str] = Counter()  # since this process started, for metrics
        self._work = work
        self._demo = demo

    def now(self) -> datetime:
        """The domain's time, UTC."""
        wall = datetime.now(UTC)
        if not self._demo:
            return wall
        with self.reading.connect() as connection:
            return wall + timedelta(seconds=float(connection.execute(sa.select(CLOCK.c.ahead_seconds)).scalar_one()))

    @contextmanager
    def begin(self, context: Context | None = None, *, cause: Envelope | None = None) -> Iterator[Work]:
        """A transaction, committed at the end of the block and rolled back by any exception.

        The database knows of it from its first read or lock on. Without any, what it leaves is written by one statement
        in autocommit mode, in one round trip; where nothing is left either, no connection is used.
        """
        opened = ExitStack()
        work = self._made(lambda: opened.enter_context(self.engine.begin()), self.now(), context, cause)
        try:
            with opened:
                try:
                    yield work
                except Exception:
                    work.check_first()
                    raise
                work.end(alone=self.reading.connect)
        except BaseException:
            work.new_jobs.free()
            raise
        self._run_new_jobs(work)
        for callback in work.after_commit:
            callback()

    @contextmanager
    def read(self, context: Context | None = None) -> Iterator[Work]:
        """Read without a transaction; each statement sees what is committed when the statement starts."""
        now = self.now()
        with self.reading.connect() as connection:
            yield self._made(lambda: connection, now, context, None, has_commit=False)

    @contextmanager
    def at_once(self, context: Context | None = None) -> Iterator[Work]:
        """Execute statements that are each a transaction of their own; nothing is published.

        One that changes no row writes nothing to the disk, and costs one round trip instead of three. What a statement
        has enqueued is run, even where a later one fails.
        """
        opened: Work | None = None
        try:
            with self.read(context) as work:
                opened = work
                yield work
        finally:
            if opened:
                self._run_new_jobs(opened)  # the connection is given back: a job's worker may need one

    def _run_new_jobs(self, work: Work) -> None:
        work.new_jobs.run()
        if work.due_kinds:
            self.wake(work.due_kinds)

    def advance(self, seconds: float) -> datetime:
        """Move the domain's clock forward; returns the new domain time. Raises `PermissionError` outside demo mode."""
        if not self._demo:
            raise PermissionError("the clock moves in demo mode only")
        with self.engine.begin() as connection:
            connection.execute(CLOCK.update().values(ahead_seconds=CLOCK.c.ahead_seconds + seconds))
        return self.now()

    def _made(
        self,
        connect: Callable[[], sa.Connection],
        now: datetime,
        context: Context | None,
        cause: Envelope | None,
        *,
        has_commit: bool = True,
    ) -> Work:
        return self._work(
            connect,
            now=now,
            context=context or Context(),
            dependencies=self.dependencies,
            cause=cause,
            new_jobs=NewJobs(self.reserve),
            has_commit=has_commit,
        )
