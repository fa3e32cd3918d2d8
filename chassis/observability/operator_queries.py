"""Answers operators' queries of one service's data: over the broker, or in an outage from a process of its own."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import sqlalchemy as sa

from chassis.observability.examination import Examination, examine, read_evidence
from chassis.observability.explanation import explain_booking, explain_events
from chassis.refusal import Refusal
from contracts.message import Query
from contracts.operations import Examine, ExplainBooking, ExplainEvents, ReadEvidence

Handler = Callable[[str, Examination, sa.Connection, Any], Any]

HANDLERS: Mapping[type[Query[Any]], Handler] = {
    Examine: examine,
    ReadEvidence: read_evidence,
    ExplainBooking: explain_booking,
    ExplainEvents: explain_events,
}
LONGEST = 60.0  # seconds for one statement


class OperatorQueries:
    """Answers the queries in `HANDLERS` from a service's data, without changing the data."""

    def __init__(self, service: str, examination: Examination, *, longest: float = LONGEST) -> None:
        self._service = service
        self._examination = examination
        self._longest = longest

    def answer(self, connection: sa.Connection, query: Query[Any]) -> Any:
        """Answer the query. Raises `Refusal` TOO_SLOW for a statement over its time limit, and the handlers' errors."""
        with _limited(connection, self._longest):
            return HANDLERS[type(query)](self._service, self._examination, connection, query)


@contextmanager
def _limited(connection: sa.Connection, seconds: float) -> Iterator[None]:
    """In the block, statements can only read and may take `seconds` each; the connection is reset afterwards."""
    connection.exec_driver_sql(f"SET statement_timeout = {int(seconds * 1000)}")
    connection.exec_driver_sql("SET default_transaction_read_only = on")
    try:
        yield
    except sa.exc.OperationalError as problem:
        if not is_too_slow(problem):
            raise
        raise Refusal("TOO_SLOW", f"A statement took longer than {seconds:g} s.") from problem
    finally:
        with suppress(sa.exc.DBAPIError):
            connection.exec_driver_sql("RESET statement_timeout")
            connection.exec_driver_sql("RESET default_transaction_read_only")


def is_too_slow(problem: sa.exc.OperationalError) -> bool:
    """Whether the database cancelled a statement that exceeded its time limit."""
    error = problem.orig
    return "57014" in (getattr(error, "sqlstate", ""), getattr(error, "pgcode", ""))
