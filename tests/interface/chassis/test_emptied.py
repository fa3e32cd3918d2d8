"""Tables are empty after `empty`, whether their rows are deleted or truncated."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from chassis.settings import with_driver
from tests.fakes import emptied

TABLES = """
    CREATE TABLE total (n int);
    CREATE TABLE hotel (slug text PRIMARY KEY);
    CREATE TABLE room (position int GENERATED ALWAYS AS IDENTITY, hotel text REFERENCES hotel);
    CREATE TABLE other (n int)
"""
ROWS = "INSERT INTO total VALUES (1); INSERT INTO hotel VALUES ('sea'); INSERT INTO room (hotel) VALUES ('sea')"


@pytest.mark.parametrize("small", [0, emptied.SMALL], ids=["truncated", "deleted"])
def test_the_tables_and_those_that_refer_to_them_are_empty_and_identities_begin_anew(
    new_database: Callable[[str], str], monkeypatch: pytest.MonkeyPatch, small: int
) -> None:
    monkeypatch.setattr(emptied, "SMALL", small)
    engine = sa.create_engine(with_driver(new_database("emptied"), "psycopg2"))
    with engine.begin() as connection:
        connection.exec_driver_sql(f"{TABLES}; {ROWS}; INSERT INTO other VALUES (1)")

    emptied.empty(engine, "hotel", counts="total")

    with engine.begin() as connection:
        left = [
            connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() for table in ("total", "hotel", "room")
        ]
        assert left == [0, 0, 0]
        assert connection.exec_driver_sql("SELECT count(*) FROM other").scalar() == 1
        connection.exec_driver_sql(ROWS)
        assert connection.exec_driver_sql("SELECT position FROM room").scalar() == 1
    engine.dispose()
