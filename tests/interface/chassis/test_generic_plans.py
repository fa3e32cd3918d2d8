"""The plan of a prepared statement, which PostgreSQL keeps for all values, follows a table that grows."""

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa

from chassis.database.engines import service_engine
from chassis.settings import with_driver

MANY = 20_000
CREATE = "CREATE TABLE growing (id bigint PRIMARY KEY); INSERT INTO growing VALUES (1)"
READ = sa.text("SELECT id FROM growing WHERE id = :id")
NAME = sa.text("SELECT name, generic_plans FROM pg_prepared_statements WHERE statement LIKE 'SELECT id FROM growing%'")
USUAL = 12  # executions; PostgreSQL compares five plans for given values with one for all


@pytest.fixture
def engine(new_database: Callable[[str], str]) -> Iterator[sa.Engine]:
    made = service_engine(with_driver(new_database("generic"), "psycopg"), {}, isolation_level="AUTOCOMMIT")
    with made.connect() as connection:
        connection.exec_driver_sql(CREATE)
        analyse(connection)
    yield made
    made.dispose()


def analyse(connection: sa.Connection) -> None:
    """What autovacuum does once 50 rows and a tenth of the table have changed."""
    connection.exec_driver_sql("VACUUM ANALYZE growing")


def plan(connection: sa.Connection) -> str:
    """The plan that the connection's prepared statement has now."""
    name = connection.execute(NAME).one().name
    return "\n".join(connection.exec_driver_sql(f"EXPLAIN EXECUTE {name} (1)").scalars())


def test_a_plan_of_a_small_table_is_made_anew_once_the_table_is_analysed(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        for _ in range(USUAL):
            connection.execute(READ, {"id": 1})
        assert connection.execute(NAME).one().generic_plans > 0
        assert "Seq Scan" in plan(connection)

        connection.exec_driver_sql(f"INSERT INTO growing SELECT generate_series(2, {MANY})")
        grown = plan(connection)
        analyse(connection)
        connection.execute(READ, {"id": 1})

        assert "Seq Scan" in grown  # until then it is as it was
        assert "Index Only Scan" in plan(connection)
