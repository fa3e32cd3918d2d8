"""A look for due work is repeated after a write to what it read, and not otherwise."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from tests.fakes.noticed_writes import LooksInVain, NoticedWrites


@pytest.fixture
def engine() -> Iterator[sa.Engine]:
    engine = sa.create_engine("sqlite://")
    with engine.begin() as connection:
        for table in ("job", "hold"):
            connection.exec_driver_sql(f"CREATE TABLE {table} (due int)")
    yield engine
    engine.dispose()


@pytest.fixture
def writes(engine: sa.Engine) -> NoticedWrites:
    return NoticedWrites(engine)


@pytest.fixture
def looks(engine: sa.Engine, writes: NoticedWrites) -> LooksInVain:
    looks = LooksInVain(writes)
    assert not looks.repeats("jobs")
    assert not looks.look("jobs", lambda: bool(execute(engine, "SELECT due FROM job WHERE due > 1")))
    return looks


def execute(engine: sa.Engine, statement: str) -> list[object]:
    with engine.begin() as connection:
        result = connection.exec_driver_sql(statement)
        return list(result) if result.returns_rows else []


def test_nothing_is_looked_for_again_where_nothing_was_written(looks: LooksInVain, engine: sa.Engine) -> None:
    execute(engine, "SELECT due FROM job")

    assert looks.repeats("jobs")


def test_a_write_to_a_table_that_was_read_makes_look_again(looks: LooksInVain, engine: sa.Engine) -> None:
    execute(engine, "INSERT INTO job VALUES (2)")

    assert not looks.repeats("jobs")


def test_a_write_to_another_table_does_not(looks: LooksInVain, engine: sa.Engine) -> None:
    execute(engine, "INSERT INTO hold VALUES (2)")

    assert looks.repeats("jobs")


def test_a_write_that_is_committed_after_the_look_makes_look_again(engine: sa.Engine, looks: LooksInVain) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO job VALUES (1)")
        looks.look("jobs", lambda: bool(list(connection.exec_driver_sql("SELECT due FROM job WHERE due > 1"))))
        assert looks.repeats("jobs")

    assert not looks.repeats("jobs")


def test_a_write_inside_another_statement_counts(writes: NoticedWrites, looks: LooksInVain) -> None:
    statement = "WITH new AS (INSERT INTO job SELECT 1 RETURNING due) SELECT due FROM new FOR UPDATE"

    class Cursor:
        rowcount = 1

    writes._note(object(), Cursor(), statement)  # type: ignore[arg-type]

    assert not looks.repeats("jobs")


def test_an_update_of_no_row_does_not_count(looks: LooksInVain, engine: sa.Engine) -> None:
    execute(engine, "UPDATE job SET due = 3 WHERE due = 7")

    assert looks.repeats("jobs")


def test_a_look_that_found_something_or_wrote_is_not_in_vain(
    looks: LooksInVain, engine: sa.Engine, writes: NoticedWrites
) -> None:
    looks.look("found", lambda: True)
    looks.look("wrote", lambda: bool(execute(engine, "INSERT INTO hold VALUES (1)")))
    looks.look("asked", lambda: bool(writes.note_ask()))

    assert not any(looks.repeats(name) for name in ("found", "wrote", "asked"))


def test_looks_are_forgotten_when_time_passes(looks: LooksInVain) -> None:
    looks.look("timer", lambda: False)

    looks.forget("jobs")
    assert (looks.repeats("jobs"), looks.repeats("timer")) == (False, True)
    looks.forget()
    assert not looks.repeats("timer")
