"""Much more of what a database holds, and the plans of what was really asked of it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

Sent = dict[str, Any]

MODELS = 20
_SAME = {"hotel", "kind", "action", "source", "status", "medium", "occasion"}  # of few values, or of what it belongs to
_WORDS = ("SELECT", "WITH", "UPDATE", "DELETE", "INSERT")


@contextmanager
def recorded(engine: sa.Engine) -> Iterator[Sent]:
    """The statements that are sent while the block runs, each with what one of them was sent with."""
    sent: Sent = {}

    def hear(*told: Any) -> None:
        _, _, statement, values, _, many = told
        if not many and statement.lstrip().upper().startswith(_WORDS):
            sent.setdefault(statement, values)

    sa.event.listen(engine, "before_cursor_execute", hear)
    yield sent
    sa.event.remove(engine, "before_cursor_execute", hear)


def multiply(engine: sa.Engine, tables: Mapping[str, Mapping[str, str]], *, times: int) -> None:
    """As many more of each of a few rows, under names of their own; `tables` in order, with what else is different."""
    looked = sa.inspect(engine)
    with engine.begin() as connection:
        for table, different in tables.items():
            connection.exec_driver_sql(_copy(looked, table, different, times))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"VACUUM ANALYZE {', '.join(tables)}")


def _copy(looked: sa.Inspector, table: str, different: Mapping[str, str], times: int) -> str:
    keys = {column for key in _keys(looked, table) for column in key}
    values = dict(different)
    for column in looked.get_columns(table):
        name, kind = column["name"], str(column["type"])
        if name in different or name in _SAME:
            continue
        if column.get("identity"):
            values[name] = f"(SELECT max({name}) FROM {table}) + row_number() OVER ()"
        elif name in keys and kind == "UUID":
            values[name] = "gen_random_uuid()"
        elif kind in {"TEXT", "VARCHAR"} and (name in keys or name in {"booking_id", "subject", "payment_id"}):
            values[name] = f"(m).{name} || '-' || n"
    pairs = ", ".join(f"'{name}', {value}" for name, value in values.items())
    few = f"(SELECT {table} AS m FROM {table} LIMIT {MODELS}) few"
    row = f"(jsonb_populate_record(m, jsonb_build_object({pairs}))).*"
    return f"INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT {row} FROM {few}, generate_series(1, {times}) n"


def _keys(looked: sa.Inspector, table: str) -> Iterator[Sequence[str]]:
    yield looked.get_pk_constraint(table)["constrained_columns"]
    yield from (key["column_names"] for key in looked.get_unique_constraints(table))
    for index in looked.get_indexes(table):
        if index["unique"]:
            yield [name for name in index["column_names"] if name]


def plans(engine: sa.Engine, sent: Sent) -> dict[str, str]:
    """How each statement would find its rows now."""
    found = {}
    for statement, values in sent.items():
        with engine.connect() as connection:
            found[statement] = "\n".join(connection.exec_driver_sql(f"EXPLAIN {statement}", values).scalars())
            connection.rollback()
    return found


def scans(told: Mapping[str, str], tables: Sequence[str]) -> dict[str, str]:
    """The plans that read one of these tables from one end to the other."""
    return {
        statement: plan for statement, plan in told.items() if any(f"Seq Scan on {table}" in plan for table in tables)
    }
