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
    """Call `renew`, one statement, every `every` seconds while the block runs. `kind` is for the log.

    `engine` is in autocommit mode.
    """

    def turn() -> None:
        try:
            with engine.connect() as connection:
                renew(connection)
        except (sa.exc.SQLAlchemyError, Unavailable) as problem:
            log.warning("lease_not_renewed", kind=kind, why=type(problem).__name__)

    end = repeat(turn, every)
    try:
        yield
    finally:
        end()


def repeat(turn: Callable[[], None], every: float) -> Callable[[], None]:
    """Call `turn` every `every` seconds in a thread. Returns the function that ends this, after a turn that runs."""
    ended, turning = threading.Event(), threading.Lock()

    def keep_turning() -> None:
        while not ended.wait(every):
            with turning:
                if ended.is_set():
                    return
                turn()

    def end() -> None:
        ended.set()
        with turning:  # no turn follows what the caller writes next
            pass

    threading.Thread(target=keep_turning, daemon=True).start()
    return end
