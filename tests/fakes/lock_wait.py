"""A transaction that locks rows and changes them, and whatever waits for it meanwhile."""

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


def until_one_waits(engine: sa.Engine, *, unless: Callable[[], bool]) -> None:
    """Return once a transaction of this database waits for another one's lock, or `unless()` is true."""
    deadline = time.monotonic() + PATIENCE
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while not connection.execute(_WAITING).scalar_one() and not unless():
            assert time.monotonic() < deadline, "no transaction waits"
            time.sleep(0.01)


def after_a_wait(
    engine: sa.Engine,
    begin: Callable[[], Any],
    first: Callable[[Any], Any],
    second: Callable[[], Any],
    *,
    then: Callable[[Any], Any] = lambda _: None,
) -> Any:
    """What `second()` returns, which waits for the rows that `first(transaction)` has locked.

    `begin()` opens the transaction as a context manager. Once `second` waits, `then(transaction)` runs, and the
    transaction commits. An exception of either is raised.
    """
    with ThreadPoolExecutor(1) as pool:
        with begin() as transaction:
            first(transaction)
            result = pool.submit(second)
            until_one_waits(engine, unless=result.done)
            assert not result.done(), f"did not wait: {result.exception() or result.result()}"
            then(transaction)
        return result.result(PATIENCE)
