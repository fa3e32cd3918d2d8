"""Empties tables between tests, most of which leave a few rows: truncating a table makes all its files anew."""

from graphlib import TopologicalSorter

import sqlalchemy as sa

SMALL = 256 * 1024  # bytes of all rows, dead ones included, up to which deleting them is cheaper

_REFERENCES = """
    SELECT DISTINCT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint
    WHERE contype = 'f' AND conrelid <> confrelid
"""
_EMPTY = """
    DO $$ BEGIN
        IF (SELECT sum(pg_relation_size(name)) FROM unnest(array['{names}']::regclass[]) AS name) > {small} THEN
            TRUNCATE {tables};
        ELSE
            {deletions};
        END IF;
        PERFORM setval(seqrelid::regclass, seqstart, false)
        FROM pg_sequence JOIN pg_depend ON classid = 'pg_class'::regclass AND objid = seqrelid
        WHERE refobjid = ANY (array['{names}']::regclass[]);
    END $$
"""


_statements: dict[tuple[sa.URL, tuple[str, ...]], str] = {}


def empty(engine: sa.Engine, *tables: str, counts: str = "") -> None:
    """Delete the rows of these tables and of all that refer to them; their identities begin anew.

    `counts` is a table that the triggers of the others write.
    """
    with engine.begin() as connection:
        key = (engine.url, tables)
        if key not in _statements:
            _statements[key] = _emptying(connection, tables, counts)
        connection.exec_driver_sql(_statements[key])


def _emptying(connection: sa.Connection, tables: tuple[str, ...], counts: str) -> str:
    referring: dict[str, set[str]] = {}
    for by, to in connection.execute(sa.text(_REFERENCES)):
        referring.setdefault(to, set()).add(by)
    before: dict[str, set[str]] = {}
    pending = [*tables]
    while pending:
        table = pending.pop()
        if table not in before:
            before[table] = referring.get(table, set())
            pending += before[table]
    ordered = [*TopologicalSorter(before).static_order(), *([counts] if counts else [])]
    return _EMPTY.format(
        names="', '".join(ordered),
        tables=", ".join(ordered),
        deletions="; ".join(f"DELETE FROM {table}" for table in ordered),
        small=SMALL,
    )
