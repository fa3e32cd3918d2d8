"""The remembered clock tells the time of a service in `demo` mode, with one query for each move of the clock."""

from collections.abc import Callable

import sqlalchemy as sa

from chassis.transactions.unit_of_work import UnitOfWork
from chassis.transactions.work import Work
from tests.fakes.remembered_clock import RememberedClock
from tests.fakes.roles import granted_engine, running_engine


def test_the_clock_is_read_once_and_again_after_it_was_moved(new_database: Callable[[str], str]) -> None:
    engine = granted_engine(new_database("clock"))
    running = running_engine(engine.url)
    remembered, plain = RememberedClock(running, Work), UnitOfWork(running, Work, demo=True)
    statements: list[str] = []
    sa.event.listen(running, "before_cursor_execute", lambda *arguments: statements.append(arguments[2]))

    for ahead in (0, 3600, 7200):
        if ahead:
            remembered.advance(3600)
        statements.clear()
        times = [remembered.now() for _ in range(3)]

        assert len(statements) <= 1
        assert abs((plain.now() - times[0]).total_seconds()) < 30
    engine.dispose()
