"""Two transactions of which the second waits for a row that the first has locked and changed."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import sqlalchemy as sa

PATIENCE = 10.0
_WAITING = sa.text("""
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0
""")


def until_one_waits(engine: sa.Engine, *, unless: Callable[[], bool] = lambda: False) -> None:
    """Return once a transaction of this database waits for another one's lock, or `unless()` is true."""
    deadline = time.monotonic() + PATIENCE
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while not connection.execute(_WAITING).scalar_one() and not unless():
            assert time.monotonic() < deadline, "no transaction waits"
            time.sleep(0.01)


def after_a_wait(engine: sa.Engine, begin: Callable[[], Any], first: Callable[[Any], Any], second: Any) -> Any:
    """What `second(transaction)` returns, which waits while `first(transaction)` has changed rows and not committed.

    `begin()` opens a transaction as a context manager. An exception of the second is raised.
    """

    def run_second() -> Any:
        with begin() as transaction:
            return second(transaction)

    with ThreadPoolExecutor(1) as pool:
        with begin() as transaction:
            first(transaction)
            result = pool.submit(run_second)
            until_one_waits(engine, unless=result.done)
            assert not result.done(), f"did not wait: {result.exception() or result.result()}"
        return result.result(PATIENCE)
