"""A deadline on the work of one green thread."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import eventlet

from chassis.observability import logs
from chassis.refusal import Unavailable

log = logs.logger(__name__)


@contextmanager
def deadline(seconds: float, work: str, counters: Counter[str]) -> Iterator[None]:
    """Interrupt the block after `seconds` and raise `Unavailable`; `work` says what is done, for the log.

    The interruption reaches the block at its current wait. An open transaction is rolled back, and a connection that
    waits for the database is closed. A statement in autocommit mode that the database has begun may still be committed,
    and so may a transaction whose `COMMIT` was sent: `Unavailable` does not say that nothing was done.
    """
    limit = eventlet.Timeout(seconds)
    try:
        yield
    except eventlet.Timeout as passed:
        if passed is not limit:
            raise
        counters["deadlines_passed"] += 1
        log.error("deadline_passed", work=work, seconds=seconds)
        raise Unavailable(f"{work} took longer than {seconds:g} s") from passed
    finally:
        limit.cancel()
