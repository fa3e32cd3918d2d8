"""The databases of the bare program: the services' tables and indexes, without what decides or checks."""

import uuid

import psycopg
from psycopg import sql

from chassis.transactions.migrate import migrate
from sandbox.stack.postgres import PostgresNode
from tests.bench.cost.bare_model import BareModel
from tests.bench.cost.bare_statement import statement_of

# Foreign keys and checks are the product's guarantees, and its triggers wake its relay: the program needs neither.
_CHECKS = """
    SELECT c.conrelid::regclass::text, c.conname FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
    WHERE c.contype IN ('f', 'c') AND t.relnamespace = 'public'::regnamespace
"""


def bare_databases(postgres: PostgresNode, model: BareModel, *, subjects: range) -> dict[str, str]:
    """Make a database for each of the model's, with the rows that the subjects need; returns the URLs by name."""
    run = uuid.uuid4().hex[:6]
    urls = {}
    for name in model.shapes:
        urls[name] = postgres.create_database(f"bare_{name}_{run}").owner
        migrate(name, urls[name])
        with psycopg.connect(urls[name], autocommit=True) as connection:
            _strip(connection, list(model.shapes[name]))
            needed = statement_of(model.needed(name), model.shapes[name])
            if needed.text:
                with connection.cursor() as cursor, connection.transaction():
                    cursor.executemany(needed.text.encode(), [needed.values(subject) for subject in subjects])
            connection.execute("VACUUM ANALYZE")
    return urls


def _strip(connection: psycopg.Connection[tuple[str, str]], tables: list[str]) -> None:
    for table, constraint in connection.execute(_CHECKS).fetchall():
        drop = sql.SQL("ALTER TABLE {} DROP CONSTRAINT IF EXISTS {} CASCADE")
        connection.execute(drop.format(sql.SQL(table), sql.Identifier(constraint)))  # type: ignore[arg-type]
    for table in tables:
        connection.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(sql.Identifier(table)))
