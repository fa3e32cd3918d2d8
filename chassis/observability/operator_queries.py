"""Answers operators' queries of one service's data: over the broker or, in an outage, in a separate process."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import sqlalchemy as sa

from chassis.database.answer_limit import slow_statements
from chassis.database.errors import QUERY_CANCELED, sqlstate
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


def answer(
    service: str, examination: Examination, connection: sa.Connection, query: Query[Any], *, longest: float = LONGEST
) -> Any:
    """Answer one of the queries in `HANDLERS` from the service's data, without changing the data.

    Raises the handlers' errors, and `Refusal` `TOO_SLOW` where a statement takes more than `longest` seconds.
    """
    with _limited(connection, longest):
        return HANDLERS[type(query)](service, examination, connection, query)


@contextmanager
def _limited(connection: sa.Connection, seconds: float) -> Iterator[None]:
    """In the `with` block, each statement can only read, for `seconds` at most. The connection is reset at the end."""
    connection.exec_driver_sql("SET default_transaction_read_only = on")
    try:
        with slow_statements(connection, seconds):
            yield
    except sa.exc.OperationalError as problem:
        if not is_too_slow(problem):
            raise
        raise Refusal("TOO_SLOW", f"A statement took longer than {seconds:g} s.") from problem
    finally:
        with suppress(sa.exc.DBAPIError):
            connection.exec_driver_sql("RESET default_transaction_read_only")


def is_too_slow(problem: sa.exc.OperationalError) -> bool:
    """Whether the database cancelled a statement that exceeded its time limit."""
    return sqlstate(problem) == QUERY_CANCELED
