"""Calls to the outside world that handlers owed: claimed with a lease, made outside any transaction, settled in one."""

import random
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import Any

import sqlalchemy as sa

from chassis import codec, logs, trace
from chassis.doors import Errand
from chassis.refusal import Hopeless, Later, Unavailable
from chassis.tables import ERRAND
from chassis.transact import Desk, Transactor, is_outage
from contracts.message import Ask
from contracts.values import Caller, Context

LEASE = timedelta(seconds=10)
RENEWED_EVERY = 3.0
FIRST_DELAY, LONGEST_DELAY = 0.5, 60.0

log = logs.logger(__name__)

_OPEN = ERRAND.c.done_at.is_(None) & ERRAND.c.gave_up_at.is_(None) & (ERRAND.c.kind == sa.bindparam("kind"))
_IS_DUE = (ERRAND.c.try_at <= sa.func.now()) & (
    ERRAND.c.not_before.is_(None) | (ERRAND.c.not_before <= sa.bindparam("now"))
)
_OLDEST = sa.select(ERRAND.c.position, _IS_DUE.label("due")).where(_OPEN).order_by(ERRAND.c.position)
_FIRST_IN_ORDER = _OLDEST.limit(sa.bindparam("batch"))
_DUE = _FIRST_IN_ORDER.where(_IS_DUE).with_for_update(skip_locked=True)
_FROM_NOW = sa.func.now() + sa.bindparam("lease", type_=sa.Interval)
_ONE_AT_A_TIME = sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(sa.bindparam("kind"))))
_LEASE = (
    ERRAND.update()
    .where(ERRAND.c.position.in_(sa.bindparam("chosen", expanding=True)))
    .values(try_at=_FROM_NOW, attempts=ERRAND.c.attempts + 1)
    .returning(ERRAND)
)
_RENEWED = (
    ERRAND.update()
    .where(sa.tuple_(ERRAND.c.position, ERRAND.c.attempts).in_(sa.bindparam("ours", expanding=True)))
    .where(ERRAND.c.done_at.is_(None) & ERRAND.c.gave_up_at.is_(None))
    .values(try_at=_FROM_NOW)
)


@dataclass(frozen=True)
class Due:
    """An errand that this process has leased."""

    position: int
    key: str
    payload: Any
    attempts: int
    created_at: datetime
    traceparent: str


def hold_still(connection: sa.Connection, payload: type[Any]) -> None:
    """Until this transaction ends, nobody begins an ordered errand of this kind."""
    connection.execute(_ONE_AT_A_TIME, {"kind": payload.__name__})


def backoff(attempts: int) -> float:
    """Seconds to wait after that many attempts: doubling, capped, with full jitter on the upper half."""
    ceiling: float = min(LONGEST_DELAY, FIRST_DELAY * 2.0 ** min(attempts, 10))
    return ceiling * random.uniform(0.5, 1.0)


class Errands:
    """All open errands of one kind."""

    def __init__(self, door: Errand, transactor: Transactor, ask: Callable[[Ask[Any], Context], Any]) -> None:
        self.door = door
        self._transactor = transactor
        self._ask = ask

    def claim(self) -> list[Due]:
        """Lease what is due, oldest first. Of an ordered kind, one process at a time, and nothing overtakes."""
        with self._transactor.begin() as work:
            connection = work.connection
            told = {"kind": self.door.kind, "now": work.now, "batch": self.door.batch}
            if self.door.ordered:
                connection.execute(_ONE_AT_A_TIME, told)
            rows = connection.execute(_FIRST_IN_ORDER if self.door.ordered else _DUE, told).all()
            chosen = [row.position for row in takewhile(lambda row: row.due, rows)]
            if not chosen:
                return []
            leased = connection.execute(_LEASE, {"chosen": chosen, "lease": LEASE}).all()
        return sorted((self._due(row) for row in leased), key=lambda due: due.position)

    def _due(self, row: Any) -> Due:
        payload = codec.typed(row.payload, self.door.payload)
        return Due(row.position, row.key, payload, row.attempts, row.created_at, row.traceparent)

    def run(self, errands: Sequence[Due]) -> bool:
        """Make the call and settle each; False where any must be tried again. An outcome may be an exception."""
        desk = Desk(self._transactor, self._ask, Context(caller=Caller(kind="system")))
        with trace.following(errands[0].traceparent):
            try:
                with self._kept(errands):
                    outcomes = list(self.door.call([errand.payload for errand in errands], desk))
                pairs = list(zip(errands, outcomes, strict=True))
                with self._transactor.begin(desk.context) as work:
                    well = [(errand, outcome) for errand, outcome in pairs if not isinstance(outcome, Exception)]
                    for errand, outcome in well:
                        if self.door.settle:
                            self.door.settle(errand.payload, outcome, work)
                    self._mark(work.connection, [errand for errand, _ in well], done_at=sa.func.now(), last_error="")
                failed = [(errand, outcome) for errand, outcome in pairs if isinstance(outcome, Exception)]
            except Exception as problem:
                failed = [(errand, problem) for errand in errands]
            wait = backoff(errands[0].attempts)
            for errand, reason in failed:
                self._failed(errand, reason, wait)
        return not failed

    @contextmanager
    def _kept(self, errands: Sequence[Due]) -> Iterator[None]:
        """The lease is renewed for as long as the block runs: who loses it is dead, or has stood still for long."""
        over = threading.Event()
        ours = [(errand.position, errand.attempts) for errand in errands]

        def renew() -> None:
            while not over.wait(RENEWED_EVERY):
                try:
                    with self._transactor.engine.begin() as connection:
                        connection.execute(_RENEWED, {"ours": ours, "lease": LEASE})
                except sa.exc.SQLAlchemyError as problem:
                    log.warning("lease_not_renewed", kind=self.door.kind, why=type(problem).__name__)

        renewing = threading.Thread(target=renew, daemon=True)
        renewing.start()
        try:
            yield
        finally:
            over.set()
            renewing.join()

    def _failed(self, errand: Due, problem: Exception, wait: float) -> None:
        why = f"{type(problem).__name__}: {problem}".splitlines()[0][:300]
        waited = datetime.now(UTC) - errand.created_at
        tired = isinstance(problem, Hopeless) or (errand.attempts >= 5 and waited > self._patience())
        if isinstance(problem, Later) and problem.seconds:
            wait = problem.seconds
        elif isinstance(problem, Unavailable) and problem.seconds:
            wait = max(wait, min(problem.seconds, LONGEST_DELAY) * random.uniform(1.0, 1.25))
        expected = is_outage(problem) or isinstance(problem, (Later, Hopeless))
        say = log.error if tired else log.warning
        event = "errand_gave_up" if tired else "errand_failed"
        say(event, kind=self.door.kind, key=errand.key, why=why, exc_info=None if expected else problem)
        with self._transactor.begin(Context(caller=Caller(kind="system"))) as work:
            if not tired:
                later = sa.func.now() + timedelta(seconds=wait)
                self._mark(work.connection, [errand], try_at=later, last_error=why)
                return
            if self.door.gave_up:
                self.door.gave_up(errand.payload, why, work)
            self._mark(work.connection, [errand], gave_up_at=sa.func.now(), last_error=why)

    def _patience(self) -> timedelta:
        return timedelta(seconds=self.door.patience)

    def _mark(self, connection: sa.Connection, errands: Sequence[Due], **values: Any) -> None:
        if errands:
            positions = [errand.position for errand in errands]
            connection.execute(ERRAND.update().where(ERRAND.c.position.in_(positions)).values(**values))
