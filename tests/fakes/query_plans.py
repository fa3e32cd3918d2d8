"""Multiplied rows, recorded statements and their query plans."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from tests.fakes.driver import DRIVER

Statements = dict[str, Any]

MODEL_ROWS = 20
_UNCHANGED = {
    "kind",
    "action",
    "source",
    "status",
    "medium",
    "occasion",
}  # of few values, or of what it belongs to
_WORDS = ("SELECT", "WITH", "UPDATE", "DELETE", "INSERT")


@contextmanager
def recorded_statements(engine: sa.Engine) -> Iterator[Statements]:
    """Records the statements that run in the block, each with the parameters of its first execution."""
    statements: Statements = {}

    def record(*plans_by_statement: Any) -> None:
        _, _, statement, values, _, many = plans_by_statement
        if not many and statement.lstrip().upper().startswith(_WORDS):
            statements.setdefault(statement, values)

    sa.event.listen(engine, "before_cursor_execute", record)
    yield statements
    sa.event.remove(engine, "before_cursor_execute", record)


def multiply_rows(engine: sa.Engine, tables: Mapping[str, Mapping[str, str]], *, times: int) -> None:
    """Insert `times` copies of a few rows per table, with new keys; `tables` maps a table to other new values."""
    inspector = sa.inspect(engine)
    with engine.begin() as connection:
        for table, different in tables.items():
            connection.exec_driver_sql(_copy(inspector, table, different, times))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"VACUUM ANALYZE {', '.join(tables)}")


def _copy(inspector: sa.Inspector, table: str, different: Mapping[str, str], times: int) -> str:
    keys = {column for key in _keys(inspector, table) for column in key}
    values = dict(different)
    for column in inspector.get_columns(table):
        name, kind = column["name"], str(column["type"])
        if name in different or name in _UNCHANGED:
            continue
        if name == "hotel":
            values[name] = "'hotel-' || mod(n, 200)"
        elif column.get("identity"):
            values[name] = f"(SELECT max({name}) FROM {table}) + row_number() OVER ()"
        elif name in keys and kind == "UUID":
            values[name] = "gen_random_uuid()"
        elif kind in {"TEXT", "VARCHAR"} and (name in keys or name in {"booking_id", "subject", "payment_id"}):
            values[name] = f"(m).{name} || '-' || n"
    pairs = ", ".join(f"'{name}', {value}" for name, value in values.items())
    few = f"(SELECT {table} AS m FROM {table} LIMIT {MODEL_ROWS}) few"
    row = f"(jsonb_populate_record(m, jsonb_build_object({pairs}))).*"
    return f"INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT {row} FROM {few}, generate_series(1, {times}) n"


def _keys(inspector: sa.Inspector, table: str) -> Iterator[Sequence[str]]:
    yield inspector.get_pk_constraint(table)["constrained_columns"]
    yield from (key["column_names"] for key in inspector.get_unique_constraints(table))
    for index in inspector.get_indexes(table):
        if index["unique"]:
            yield [name for name in index["column_names"] if name]


def query_plans(engine: sa.Engine, statements: Statements) -> dict[str, str]:
    """The plan of each statement, whose values are of the services' driver."""
    plans_by_statement = {}
    of_services = sa.create_engine(engine.url.set(drivername=f"postgresql+{DRIVER}"), poolclass=sa.NullPool)
    for statement, values in statements.items():
        with of_services.connect() as connection:
            plans_by_statement[statement] = "\n".join(
                connection.exec_driver_sql(f"EXPLAIN {statement}", values).scalars()
            )
            connection.rollback()
    return plans_by_statement


def sequential_scans(plans_by_statement: Mapping[str, str], tables: Sequence[str]) -> dict[str, str]:
    """The plans with a sequential scan of one of these tables."""
    return {
        statement: plan
        for statement, plan in plans_by_statement.items()
        if any(re.search(rf"Seq Scan on {table}\b", plan) for table in tables)
    }
