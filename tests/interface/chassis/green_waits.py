"""Green threads on one database: `python -m … green_waits DRIVER URL COMMAND`, with `blocking` without the green wait.

Prints a JSON line when each command has ended. A command that needs a silent database waits for a line of input first.
"""

import eventlet

eventlet.monkey_patch(psycopg=False)

import json
import sys
import time
from collections import Counter
from typing import Any

import sqlalchemy as sa

from chassis.database.engines import service_engine
from chassis.database.parameters import parameters
from chassis.hosting import database_wait
from chassis.hosting.deadline import deadline
from chassis.refusal import Unavailable
from chassis.settings import with_driver

LOCK = sa.text("SELECT pg_advisory_xact_lock(1)")
WAITERS = 3


def side_by_side(engine: sa.Engine) -> dict[str, Any]:
    """Three green threads wait for a lock that a fourth lets go of once all of them wait."""
    waiting = sa.text("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'advisory'")
    with engine.connect() as holder, engine.connect() as observer:
        holder.execute(LOCK)
        threads = [eventlet.spawn(wait_for_lock, engine) for _ in range(WAITERS)]
        eventlet.sleep(0)
        until = time.monotonic() + 5
        while observer.execute(waiting).scalar_one() < WAITERS and time.monotonic() < until:
            observer.rollback()
            eventlet.sleep(0.01)
        holder.commit()
    return {"got the lock": [thread.wait() for thread in threads].count(True)}


def wait_for_lock(engine: sa.Engine) -> bool:
    try:
        with engine.begin() as connection:
            connection.execute(LOCK)
    except sa.exc.OperationalError:
        return False
    return True


def silent(engine: sa.Engine) -> dict[str, Any]:
    """A statement on a connection that becomes silent, then one on a new connection that is silent from the start."""
    ended = []
    for _ in range(2):
        try:
            with engine.connect() as connection:
                connection.execute(sa.text("SELECT 1"))
                announce({"connected": True})
                sys.stdin.readline()
                began = time.monotonic()
                connection.execute(sa.text("SELECT 1"))
        except sa.exc.OperationalError as problem:
            ended.append({"error": type(problem.orig).__name__, "invalidated": problem.connection_invalidated})
            ended[-1]["seconds"] = time.monotonic() - began
        began = time.monotonic()
    return {"ended": ended}


def late(engine: sa.Engine) -> dict[str, Any]:
    """A statement that takes longer than the deadline of its work, and another statement of the same engine."""
    counters: Counter[str] = Counter()
    closed = False
    with engine.connect() as connection:
        driver: Any = connection.connection.dbapi_connection
        try:
            with deadline(0.2, "the work", counters):
                connection.execute(sa.text("SELECT pg_sleep(5)"))
        except Unavailable:
            closed = bool(driver.closed)
    with engine.connect() as connection:
        return {"closed": closed, "then": connection.execute(sa.text("SELECT 1")).scalar_one()}


def announce(result: dict[str, Any]) -> None:
    print(json.dumps(result), flush=True)


def main(driver: Any, url: str, command: str, *options: str) -> None:
    counters: Counter[str] = Counter()
    if "blocking" not in options:
        database_wait.install(driver, counters)
    engine = service_engine(with_driver(url, driver), parameters("green"), pool_size=WAITERS + 2)
    announce({**globals()[command](engine), "silent": counters["database_silent"]})


if __name__ == "__main__":
    main(*sys.argv[1:])
