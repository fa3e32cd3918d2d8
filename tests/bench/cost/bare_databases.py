"""The databases of the bare program: the services' tables and indexes, without what decides or checks."""

from collections.abc import Callable

import psycopg
from psycopg import sql

from chassis.transactions.migrate import migrate
from tests.bench.cost.bare_model import BareModel
from tests.bench.cost.bare_statement import statement_of

# Foreign keys and checks are the product's guarantees, and its triggers wake its relay: the program needs neither.
_CHECKS = """
    SELECT t.relname, c.conname FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
    WHERE c.contype IN ('f', 'c') AND t.relnamespace = 'public'::regnamespace
"""


def bare_databases(new_database: Callable[[str], str], model: BareModel, *, subjects: range) -> dict[str, str]:
    """Make a database for each of the model's, with the rows that the subjects need; returns the owners' URLs by name.

    `new_database(name)` makes an empty database with the roles of a service, and returns its owner's URL.
    """
    urls = {name: new_database(name) for name in model.shapes}
    for name, url in urls.items():
        migrate(name, url)
        with psycopg.connect(url, autocommit=True) as connection:
            _strip(connection, list(model.shapes[name]))
            needed = statement_of(model.needed(name), model.shapes[name])
            if needed.text:
                with connection.cursor() as cursor, connection.transaction():
                    cursor.executemany(needed.text.encode(), [needed.values(subject) for subject in subjects])
                connection.execute("ANALYZE")
    return urls


def _strip(connection: psycopg.Connection[tuple[object, ...]], tables: list[str]) -> None:
    for table, constraint in connection.execute(_CHECKS).fetchall():
        drop = sql.SQL("ALTER TABLE {} DROP CONSTRAINT IF EXISTS {} CASCADE")
        connection.execute(drop.format(sql.Identifier(str(table)), sql.Identifier(str(constraint))))
    for table in tables:
        connection.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(sql.Identifier(table)))
