"""Renewal of a lease while its work runs, so that only a dead or frozen process loses the lease."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from chassis.observability import logs
from chassis.refusal import Unavailable

log = logs.logger(__name__)


@contextmanager
def renewed(engine: sa.Engine, renew: Callable[[sa.Connection], None], *, every: float, kind: str) -> Iterator[None]:
    """Call `renew` in a transaction of its own, every `every` seconds while the block runs. `kind` is for the log."""
    ended, renewing = threading.Event(), threading.Lock()

    def keep_renewing() -> None:
        while not ended.wait(every):
            with renewing:
                if ended.is_set():
                    return
                try:
                    with engine.begin() as connection:
                        renew(connection)
                except (sa.exc.SQLAlchemyError, Unavailable) as problem:
                    log.warning("lease_not_renewed", kind=kind, why=type(problem).__name__)

    threading.Thread(target=keep_renewing, daemon=True).start()
    try:
        yield
    finally:
        ended.set()
        with renewing:  # no renewal follows what the caller writes next
            pass
