"""What a transaction leaves beside its service's own rows: audit rows, remarks, events and jobs, by one statement."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from chassis import codec
from chassis.transactions.checks import CHECKED, PASSED
from chassis.transactions.tables import AUDIT, JOB, METADATA, OUTBOX, REMARK, STREAM

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
_OF_JOB = "position, key, kind, not_before, created_at, attempts, traceparent"
SELECTED = "selected"  # the name of the part that inserts jobs of selected rows
_RETURNED = {
    JOB.name: f"{_OF_JOB}, CAST(NULL AS jsonb) AS payload",
    SELECTED: f"{_OF_JOB}, payload",
    STREAM.name: "subject, last",
}
# The columns that follow from a row's `lease`, in seconds; the row of a job that is not leased has none. A lease begins
# with the statement, the time of a transaction with its begin.
_OF_LEASE = {
    "attempts": "CASE WHEN lease > 0 THEN 1 ELSE 0 END",
    "try_at": "CASE WHEN lease > 0 THEN clock_timestamp() + make_interval(secs => lease) ELSE now() END",
}
# An ordered job gets no lease where an open job has its order key, nor where so many jobs of its kind are open that not
# all are looked at.
_ORDERED_LEASES = """CROSS JOIN LATERAL (
        SELECT CASE WHEN seconds > 0 AND (given.order_key = '' OR NOT EXISTS (
            SELECT FROM (
                SELECT earlier.order_key, row_number() OVER () AS number FROM job AS earlier
                WHERE earlier.kind = given.kind AND done_at IS NULL AND gave_up_at IS NULL LIMIT 100
            ) AS open WHERE open.order_key = given.order_key OR open.number = 100
        )) THEN seconds END AS lease OFFSET 0
    ) AS leasing"""
# The subjects' next numbers, for the events that have none. `later` events of the subject follow one in the statement.
_NUMBER = """
    INSERT INTO stream (subject, last)
    SELECT * FROM unnest(CAST(:stream_subjects AS text[]), CAST(:stream_counts AS int[])) AS given (subject, events)
    WHERE {after} ORDER BY subject
    ON CONFLICT (subject) DO UPDATE SET last = stream.last + excluded.last
"""


def insert(
    connection: sa.Connection,
    rows: Mapping[str, Rows],
    *,
    first: Statement | None = None,
    late: Sequence[Statement] = (),
    selected: Statement | None = None,
) -> Sequence[sa.Row[Any]]:
    """Insert rows, by table, in their order, but no job whose key exists; returns the rows of the jobs.

    `selected` is a late statement that inserts jobs, whose rows have a `payload`.

    An event whose `sequence` is None gets the next number of its subject.

    `late` are changes of other rows, each a statement of constant text that has `{after}` among its conditions and no
    RETURNING, with parameters of names of its own. `first` are the statement's first parts, which end with a check (see
    `chassis.transactions.checks`). All of them are one statement, because each statement costs a round trip and a plan,
    however small it is. Its parts are executed in the order of its text: `first`, `late`, numbers, rows. `{after}` is a
    condition that reads the whole result of the part before.
    """
    tables = tuple(table for table in _COLUMNS if rows.get(table))
    if not tables and not late and not first and not selected:
        return ()
    events = rows.get(OUTBOX.name, ())
    numbering = []
    if counts := Counter(event["subject"] for event in events if event["sequence"] is None):
        numbering = [(_NUMBER, {"stream_subjects": list(counts), "stream_counts": list(counts.values())})]
        rows = {**rows, OUTBOX.name: _with_later(events, counts)}
    given = [("", {table: codec.encode(rows[table]).decode()}) for table in tables]
    single = [each for each in (first, selected) if each]
    texts = first[0] if first else "", tuple(text for text, _ in late), selected[0] if selected else ""
    in_order = any(row["order_key"] and "lease" in row for row in rows.get(JOB.name, ()))
    statement = _statement(*texts, tables, numbers=bool(numbering), in_order=in_order)
    executed = connection.exec_driver_sql(statement, _joined(*single, *late, *numbering, *given))
    return executed.all() if JOB.name in tables or selected else ()


@cache
def at_once(statement: str) -> sa.TextClause:
    """A late statement that is executed by itself."""
    return sa.text(statement.replace("{after}", "true"))


def _with_later(events: Rows, counts: Mapping[str, int]) -> Rows:
    left = dict(counts)
    rows = []
    for event in events:
        if event["sequence"] is None:
            left[event["subject"]] -= 1
        rows.append({"later": left.get(event["subject"], 0), **event})
    return rows


def _joined(*statements: Statement) -> Params:
    joined: Params = {}
    for _, params in statements:
        if joined.keys() & params.keys():
            raise ValueError("two parts of a statement have a parameter of the same name")
        joined |= params
    return joined


@cache
def _statement(
    first: str, late: Sequence[str], selected: str, tables: Sequence[str], *, numbers: bool, in_order: bool
) -> str:
    """The statement as the drivers read it, so that no execution has SQLAlchemy look at its text again."""
    text = _text(first, late, selected, tables, numbers=numbers, in_order=in_order)
    return str(sa.text(text).compile(dialect=_DIALECT))


def _text(
    first: str, late: Sequence[str], selected: str, tables: Sequence[str], *, numbers: bool, in_order: bool
) -> str:
    parts = {f"late_{number}": text for number, text in enumerate(late, 1)}
    parts |= {STREAM.name: _NUMBER} if numbers else {}
    parts |= {table: _insertion(table, numbers=numbers, in_order=in_order) for table in tables}
    parts |= {SELECTED: selected} if selected else {}
    if not parts:
        return f"WITH {first} SELECT passed FROM {CHECKED}"  # noqa: S608
    *middle, (name, last) = _in_order(parts, after=PASSED if first else "true")
    if {JOB.name, SELECTED} <= parts.keys():
        middle.append((name, last))
        last = f"SELECT * FROM new_{JOB.name} UNION ALL SELECT * FROM new_{SELECTED}"  # noqa: S608
    named = [*([first] if first else []), *(f"new_{name} AS ({text})" for name, text in middle)]
    return f"WITH {', '.join(named)} {last}" if named else last


def _in_order(parts: Mapping[str, str], *, after: str) -> Iterator[tuple[str, str]]:
    """The name and text of each part, which waits for the part before it. PostgreSQL promises no order by itself."""
    for name, text in parts.items():
        yield name, f"{text.replace('{after}', after)} RETURNING {_RETURNED.get(name, '1')}"
        after = f"(SELECT count(*) FROM new_{name}) >= 0"  # noqa: S608


def _insertion(table: str, *, numbers: bool, in_order: bool) -> str:
    """Positions are given in the order of the rows."""
    columns = _COLUMNS[table].split()
    names = ", ".join(columns)
    types = ", ".join(f"{name} {METADATA.tables[table].c[name].type.compile(_DIALECT)}" for name in columns)
    into, values, given, joined = names, names, names, ""
    if table == JOB.name:
        into, values = (", ".join((names, *more)) for more in (_OF_LEASE, _OF_LEASE.values()))
        types, given = f"{types}, lease float", f"{names}, {'seconds' if in_order else 'lease'}"
        joined = _ORDERED_LEASES if in_order else ""
    elif table == OUTBOX.name and numbers:
        values = names.replace("sequence", "coalesce(sequence, last - later)")
        types, given, joined = f"{types}, later int", f"{names}, later", "LEFT JOIN new_stream USING (subject)"
    return (
        f"INSERT INTO {table} ({into}) SELECT {values} "  # noqa: S608
        f"FROM ROWS FROM (jsonb_to_recordset(CAST(:{table} AS jsonb)) AS ({types})) "
        f"WITH ORDINALITY AS given ({given}, number) {joined} WHERE {{after}} ORDER BY number{_ENDS.get(table, '')}"
    )
