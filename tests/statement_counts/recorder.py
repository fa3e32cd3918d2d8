"""Records each statement and transaction where SQLAlchemy and psycopg hand them to the database."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg.pq import TransactionStatus

from chassis.transactions.tables import OUTBOX

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = tuple(f"{ROOT / name}/" for name in ("services", "chassis"))
# Whether the commit that follows waits until the disk has it: the transaction has written or locked rows.
DURABLE = "SELECT pg_current_xact_id_if_assigned() IS NOT NULL AND current_setting('synchronous_commit') <> 'off'"
SYNCHRONOUS = "SELECT current_setting('synchronous_commit') <> 'off'"
NEXT_TRANSACTION = "SELECT pg_snapshot_xmax(pg_current_snapshot())"  # differs after a transaction that wrote


@dataclass(eq=False)
class RecordedTransaction:
    """A BEGIN…COMMIT block, or one writing statement of a connection in autocommit mode, which `is_alone`.

    `durable` is True where the commit waited for the disk. `outcome` is `commit`, `rollback`, or empty while it runs.
    """

    service: str
    number: int
    outcome: str = ""
    durable: bool = False
    is_alone: bool = False


@dataclass(eq=False)
class RecordedStatement:
    """A statement that the database executed `times` times. `callers` are the product's functions, innermost first.

    `activity` is the ask, batch of events, job or timer that executed it.
    """

    service: str
    text: str
    activity: str
    callers: Sequence[str]
    transaction: RecordedTransaction | None
    times: int = 1


@dataclass
class Recording:
    """The statements and transactions, in order."""

    statements: list[RecordedStatement] = field(default_factory=list)
    transactions: list[RecordedTransaction] = field(default_factory=list)

    @property
    def wrote(self) -> bool:
        """Whether a transaction wrote or locked rows."""
        return any(transaction.durable for transaction in self.transactions)


class StatementRecorder:
    """Records what engines and relays of all services execute, while it is not paused.

    A transaction in which the service executed nothing has sent nothing to the database, and is none.
    """

    def __init__(self) -> None:
        self.outboxes: set[str] = set()  # the services that have written to their outbox
        self._recording = Recording()
        self._activities: list[str] = []
        self._open: dict[int, RecordedTransaction] = {}
        self._alone: dict[int, tuple[RecordedStatement, Any]] = {}
        self._paused = False
        self._number = 0

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Record nothing in the block."""
        before, self._paused = self._paused, True
        try:
            yield
        finally:
            self._paused = before

    @contextmanager
    def doing(self, activity: str) -> Iterator[None]:
        """The statements of the block belong to this activity."""
        self._activities.append(activity)
        try:
            yield
        finally:
            self._activities.pop()

    @contextmanager
    def apart(self) -> Iterator[Recording]:
        """Record the block into a recording of its own; `add` adds it to the common one."""
        outer, self._recording = self._recording, Recording()
        try:
            yield self._recording
        finally:
            self._recording = outer

    def add(self, recording: Recording) -> None:
        """Add a recording to the present one."""
        self._recording.statements += recording.statements
        self._recording.transactions += recording.transactions

    def listen(self, service: str, engine: sa.Engine) -> None:
        """Record the statements of an engine."""

        def executed(connection: Any, _: Any, text: str, values: Any, __: Any, many: bool) -> None:
            if OUTBOX.name in text:
                self.outboxes.add(service)
            if self._paused:
                return
            driver = connection.connection.dbapi_connection
            transaction = None if driver.autocommit else self._open.get(id(driver))
            if transaction is None and not driver.autocommit:
                transaction = self._open[id(driver)] = self._begun(service)
            times = len(values) if many and isinstance(values, list) else 1
            statement = self._append(service, text, transaction, times)
            if driver.autocommit:
                self._alone[id(driver)] = statement, _scalar(driver, NEXT_TRANSACTION)

        def executed_alone(connection: Any, *_: Any) -> None:
            driver = connection.connection.dbapi_connection
            if not driver.autocommit or id(driver) not in self._alone:
                return
            statement, before = self._alone.pop(id(driver))
            if _scalar(driver, NEXT_TRANSACTION) != before:
                made = statement.transaction = self._begun(service)
                made.outcome, made.is_alone = "commit", True
                made.durable = "synchronous_commit" not in statement.text

        def ended(outcome: str) -> Callable[[sa.Connection], None]:
            def end(connection: sa.Connection) -> None:
                driver: Any = connection.connection.dbapi_connection
                transaction = self._open.pop(id(driver), None)
                if transaction is None:
                    return
                transaction.outcome = outcome
                if outcome == "commit" and driver.info.transaction_status == TransactionStatus.INTRANS:
                    transaction.durable = _scalar(driver, DURABLE)

            return end

        sa.event.listen(engine, "before_cursor_execute", executed)
        sa.event.listen(engine, "after_cursor_execute", executed_alone)
        sa.event.listen(engine, "commit", ended("commit"))
        sa.event.listen(engine, "rollback", ended("rollback"))

    def cursors(self, service: str) -> type[psycopg.AsyncCursor[Any]]:
        """The class of the cursors that record the statements of a relay's connection, which is in autocommit mode."""
        recorder = self

        class RecordingCursor(psycopg.AsyncCursor[Any]):
            async def execute(self, query: Any, *args: Any, **options: Any) -> Any:
                text = query if isinstance(query, str) else str(query)
                transaction = None
                if not text.lstrip().upper().startswith(("SELECT", "SET", "BEGIN", "COMMIT")) and not recorder._paused:
                    transaction = recorder._begun(service)
                    transaction.outcome, transaction.is_alone = "commit", True
                if not recorder._paused:
                    recorder._append(service, text, transaction, 1)
                result = await super().execute(query, *args, **options)
                if transaction and self.connection.info.transaction_status != TransactionStatus.INERROR:
                    row = await (await psycopg.AsyncCursor(self.connection).execute(SYNCHRONOUS)).fetchone()
                    transaction.durable = bool(row and row[0])
                return result

        return RecordingCursor

    def _begun(self, service: str) -> RecordedTransaction:
        self._number += 1
        transaction = RecordedTransaction(service, self._number)
        self._recording.transactions.append(transaction)
        return transaction

    def _append(
        self, service: str, text: str, transaction: RecordedTransaction | None, times: int
    ) -> RecordedStatement:
        activity = self._activities[-1] if self._activities else ""
        statement = RecordedStatement(service, text, activity, _callers(), transaction, times)
        self._recording.statements.append(statement)
        return statement


def _scalar(driver: Any, query: str) -> Any:
    with driver.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]


def _callers() -> list[str]:
    """The innermost function of the product that is on the stack, and the one of another file that called it."""
    callers: list[tuple[str, str]] = []
    frame = sys._getframe(1)
    while frame and len(callers) < 3:
        path = frame.f_code.co_filename
        if path.startswith(PRODUCT) and (not callers or callers[-1][0] != path):
            name = f"{Path(path).relative_to(ROOT)}:{frame.f_lineno} {frame.f_code.co_name}"
            callers.append((path, name))
        frame = frame.f_back  # type: ignore[assignment]
    return [name for _, name in callers]
