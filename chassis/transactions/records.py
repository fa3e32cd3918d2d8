"""What a transaction leaves beside its service's own rows: audit rows, remarks, events and jobs, by one statement."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from chassis import codec
from chassis.transactions.tables import AUDIT, JOB, METADATA, OUTBOX, REMARK

Rows = Sequence[Mapping[str, Any]]
Params = dict[str, Any]
Statement = tuple[str, Params]
WriteLate = Callable[[str, Params], None]

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]

# The columns that a transaction gives values. The jobs come last: the statement returns what their insertion returns.
_COLUMNS = {
    AUDIT.name: "hotel subject sequence what by from_status to_status at why trace_id",
    REMARK.name: "hotel subject sequence text",
    OUTBOX.name: "id subject sequence type hotel time data traceparent correlation_id causation_id",
    JOB.name: "key kind order_key payload not_before traceparent",
}
_ENDS = {JOB.name: " ON CONFLICT (key) DO NOTHING"}
_RETURNED = {JOB.name: "kind, not_before"}


def insert(
    connection: sa.Connection, rows: Mapping[str, Rows], *, late: Sequence[Statement] = ()
) -> Sequence[sa.Row[Any]]:
    """Insert rows, by table, in their order, but no job whose key exists; returns `kind` and `not_before` of each job.

    `late` are changes of other rows, each a statement of constant text that has `{after}` among its conditions and no
    RETURNING, with parameters of names of its own. All of them are one statement, because each statement costs a round
    trip and a plan, however small it is. Its parts are executed in the order of its text, first the late ones:
    `{after}` is a condition that reads the whole result of the part before.
    """
    tables = tuple(table for table in _COLUMNS if rows.get(table))
    if not tables and not late:
        return ()
    params = _joined(*late, *(("", {table: codec.encode(rows[table]).decode()}) for table in tables))
    executed = connection.execute(_statement(tuple(text for text, _ in late), tables), params)
    return executed.all() if JOB.name in tables else ()


def _joined(*statements: Statement) -> Params:
    joined: Params = {}
    for _, params in statements:
        if joined.keys() & params.keys():
            raise ValueError("two parts of a statement have a parameter of the same name")
        joined |= params
    return joined


@cache
def _statement(late: Sequence[str], tables: Sequence[str]) -> sa.TextClause:
    parts = list(_in_order([*((text, "1") for text in late), *map(_insertion, tables)]))
    *first, last = (text for _, text in parts)
    named = ", ".join(f"{name} AS ({text})" for (name, _), text in zip(parts, first, strict=False))
    return sa.text(f"WITH {named} {last}" if named else last)


def _in_order(parts: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """The name and text of each part, which waits for the part before it. PostgreSQL promises no order by itself."""
    after = "true"
    for number, (text, returned) in enumerate(parts, 1):
        yield f"part_{number}", f"{text.replace('{after}', after)} RETURNING {returned}"
        after = f"(SELECT count(*) FROM part_{number}) >= 0"  # noqa: S608


def _insertion(table: str) -> tuple[str, str]:
    """The text, and what it returns. Positions are given in the order of the rows."""
    columns = _COLUMNS[table].split()
    names = ", ".join(columns)
    types = ", ".join(f"{name} {METADATA.tables[table].c[name].type.compile(_DIALECT)}" for name in columns)
    text = (
        f"INSERT INTO {table} ({names}) SELECT {names} "  # noqa: S608
        f"FROM ROWS FROM (jsonb_to_recordset(CAST(:{table} AS jsonb)) AS ({types})) "
        f"WITH ORDINALITY AS given ({names}, number) WHERE {{after}} ORDER BY number{_ENDS.get(table, '')}"
    )
    return text, _RETURNED.get(table, "1")
