"""What a transaction leaves beside its service's own rows: audit rows, remarks, events and jobs, by one statement."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from chassis import codec
from chassis.transactions.tables import AUDIT, JOB, METADATA, OUTBOX, REMARK

Rows = Sequence[Mapping[str, Any]]

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]

# The columns that a transaction gives values. The jobs come last: the statement returns what their insertion returns.
_COLUMNS = {
    AUDIT.name: "hotel subject sequence what by from_status to_status at why trace_id",
    REMARK.name: "hotel subject sequence text",
    OUTBOX.name: "id subject sequence type hotel time data traceparent correlation_id causation_id",
    JOB.name: "key kind order_key payload not_before traceparent",
}
_ENDS = {JOB.name: " ON CONFLICT (key) DO NOTHING RETURNING kind, not_before"}


def insert(connection: sa.Connection, rows: Mapping[str, Rows]) -> Sequence[sa.Row[Any]]:
    """Insert rows, by table, in their order, but no job whose key exists; returns `kind` and `not_before` of each job.

    All of them are one statement, because each statement costs a round trip and a plan, however small it is.
    """
    tables = tuple(table for table in _COLUMNS if rows.get(table))
    if not tables:
        return ()
    inserted = connection.execute(_statement(tables), {table: codec.encode(rows[table]).decode() for table in tables})
    return inserted.all() if inserted.returns_rows else ()


@cache
def _statement(tables: Sequence[str]) -> sa.TextClause:
    *first, last = map(_insertion, tables)
    parts = ", ".join(f"{table}_rows AS ({part})" for table, part in zip(tables, first, strict=False))
    return sa.text(f"WITH {parts} {last}" if parts else last)


def _insertion(table: str) -> str:
    """Positions are given in the order of the rows."""
    columns = _COLUMNS[table].split()
    names = ", ".join(columns)
    types = ", ".join(f"{name} {METADATA.tables[table].c[name].type.compile(_DIALECT)}" for name in columns)
    return (
        f"INSERT INTO {table} ({names}) SELECT {names} "  # noqa: S608
        f"FROM ROWS FROM (jsonb_to_recordset(CAST(:{table} AS jsonb)) AS ({types})) "
        f"WITH ORDINALITY AS given ({names}, number) ORDER BY number{_ENDS.get(table, '')}"
    )
