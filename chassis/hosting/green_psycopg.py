"""The green wait of psycopg 3, whose operations are generators that say what they wait for.

By itself, psycopg waits in C, and with it every green thread of the process.
"""

from collections import Counter
from collections.abc import Callable, Generator
from typing import Any, TypeVar

import psycopg
from psycopg import waiting
from psycopg.abc import PQGen, PQGenConn
from psycopg.pq import TransactionStatus
from psycopg.waiting import Ready, Wait

from chassis.hosting.database_wait import BoundedWait

Result = TypeVar("Result")

READS, CAN_READ, CAN_WRITE, RUNS = Wait.R, Ready.R, Ready.W, TransactionStatus.ACTIVE


class PsycopgSilent(psycopg.OperationalError):
    """The database has not answered in time."""


def install(counters: Counter[str]) -> None:
    """Have every connection of this process that is not asynchronous wait here, once connected and while connecting."""

    def wait_conn(gen: PQGenConn[Result], *_: Any, **__: Any) -> Result:
        return connect(counters, gen)

    def wait(self: psycopg.Connection[Any], gen: PQGen[Result], *_: Any, **__: Any) -> Result:
        return operate(counters, self, gen)

    waiting.wait_conn = wait_conn
    psycopg.Connection.wait = wait  # type: ignore[method-assign]


def connect(counters: Counter[str], gen: PQGenConn[Result]) -> Result:
    """Wait until a connection is made. Raises `PsycopgSilent` after `answer_limit()` seconds."""
    return _complete(counters, gen, lambda place: place)


def operate(counters: Counter[str], connection: psycopg.Connection[Any], gen: PQGen[Result]) -> Result:
    """Wait until the connection's operation has ended. Raises `PsycopgSilent` after `answer_limit()` seconds."""
    fileno = connection.pgconn.socket
    try:
        return _complete(counters, gen, lambda state: (fileno, state))
    except BaseException:
        if connection.pgconn.transaction_status == RUNS:  # the wait has failed, not the operation
            connection.pgconn.finish()
        raise


def _complete(
    counters: Counter[str], gen: Generator[Any, Ready, Result], place: Callable[[Any], tuple[int, Wait]]
) -> Result:
    """Run the generator to its end. A statement that psycopg has to send in parts waits until it can write the next."""
    try:
        yielded = next(gen)
        bounded = BoundedWait(counters, PsycopgSilent)
        while True:
            fileno, state = place(yielded)
            reads = state == READS
            bounded.for_socket(fileno, reads=reads)
            yielded = gen.send(CAN_READ if reads else CAN_WRITE)
    except StopIteration as ended:
        result: Result = ended.value
        return result
