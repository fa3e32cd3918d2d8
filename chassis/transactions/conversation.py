"""A conversation: a handler's several transactions, and the asks to other services between them."""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Generic, TypeVar, cast

import sqlalchemy as sa

from chassis import codec
from chassis.refusal import INVALID_MESSAGE, Refusal, Unavailable
from chassis.transactions import idempotency, job_queue
from chassis.transactions.idempotency import Claim
from chassis.transactions.job_queue import LeasedJob
from chassis.transactions.renewal import renewed
from chassis.transactions.unit_of_work import UnitOfWork
from chassis.transactions.work import Work
from contracts.message import Ask
from contracts.values import Context

W = TypeVar("W", bound=Work)
Reply = TypeVar("Reply")
P = TypeVar("P")


class Conversation(Generic[W]):
    """Opens transactions of the service's own `Work`. Asks other services between transactions, never inside one.

    `claim` is the held claim of an Idempotency-Key; `stored` means that the transaction with the reply to the key is
    committed, and `has_effect` that a transaction was committed, or another service asked: the conversation cannot
    begin anew.
    """

    claim: Claim | None = None
    stored = False
    has_effect = False

    def __init__(
        self, unit_of_work: UnitOfWork, ask: Callable[[Ask[Any], Context], Any], context: Context | None = None
    ) -> None:
        self._unit_of_work = unit_of_work
        self._ask = ask
        self._open = False
        self.context = context or Context()
        self.dependencies = unit_of_work.dependencies

    @contextmanager
    def transaction(self) -> Iterator[W]:
        """Open a transaction, committed at the end of the block and rolled back by any exception."""
        with self._unit_of_work.begin(self.context) as work:
            self._open = True
            try:
                yield cast("W", work)
            finally:
                self._open = False
            self.has_effect = True

    @contextmanager
    def reading(self) -> Iterator[W]:
        """Read without a transaction; each statement sees what is committed when the statement starts."""
        with self._unit_of_work.read(self.context) as work:
            yield cast("W", work)

    @contextmanager
    def at_once(self) -> Iterator[W]:
        """Execute statements that are each a transaction of their own.

        A store's statement may enqueue jobs, which run even where a later statement fails. Nothing is published.
        """
        with self._unit_of_work.at_once(self.context) as work:
            yield cast("W", work)

    def ask(self, message: Ask[Reply]) -> Reply:
        """The reply of another service. Raises that service's `Refusal`; `Unavailable` where no reply comes in time.

        `Unavailable`, too, where the other service does not understand the message: no caller has written it, and a
        process of another version may understand it soon.
        """
        if self._open:
            raise RuntimeError(f"{type(message).__name__} was asked inside an open transaction")
        self.has_effect = True
        try:
            reply: Reply = self._ask(message, self.context)
        except Refusal as refusal:
            if refusal.code != INVALID_MESSAGE:
                raise
            raise Unavailable(f"{type(message).__name__} is not understood: {refusal.message}") from refusal
        return reply

    @contextmanager
    def holding(self, claim: Claim | None) -> Iterator[None]:
        """Hold the claim while the block runs; without a claim the block just runs.

        A refusal, and an end without a stored reply, release the claim; any other failure ends its lease at once.
        """
        if claim is None:
            yield
            return
        self.claim, self.stored = claim, False
        engine, every = self._unit_of_work.reading, idempotency.RENEW_EVERY

        def renew(connection: sa.Connection) -> None:
            if self.stored:  # a request with a stored reply cannot be taken over, whatever it still does
                return
            try:
                idempotency.renew(connection, claim)
            except Unavailable:  # the renewal may have waited for the commit of the reply
                if idempotency.stored_reply(connection, key=claim.key, fingerprint=claim.fingerprint) is None:
                    raise

        try:
            with renewed(engine, renew, every=every, kind="claim"):
                yield
        except Refusal:
            self._let_go(idempotency.release, claim)
            raise
        except Exception:
            with suppress(sa.exc.SQLAlchemyError):
                self._let_go(idempotency.end_lease, claim)
            raise
        if not self.stored:
            self._let_go(idempotency.release, claim)

    def answer(self, work: W, *, key: str, fingerprint: str, reply: Any) -> None:
        """Store the reply to the request with this key in the transaction of its effect, whoever sent the request."""
        idempotency.answer(work.connection, key=key, fingerprint=fingerprint, reply=codec.plain(reply))
        if self.claim and self.claim.key == key:
            work.after_commit.append(self._note_stored)

    def _note_stored(self) -> None:
        self.stored = True

    def _let_go(self, how: Callable[[sa.Connection, Claim], None], claim: Claim) -> None:
        with self._unit_of_work.at_once() as work:
            how(work.connection, claim)


class KeyedConversation(Conversation[W]):
    """The conversation of an ask that may carry an Idempotency-Key: `finish(work, reply)` stores the reply."""

    @contextmanager
    def transaction(self) -> Iterator[W]:
        """Open a transaction, which is rolled back with `Unavailable` where `finish` was called without the claim."""
        with idempotency.storing(), super().transaction() as work:
            yield work

    def finish(self, work: W, reply: Reply) -> Reply:
        """Store the reply under the request's key, in the transaction of the command's effect; returns the reply.

        The reply is written just before the commit. Where another process has taken the request over, the transaction
        is rolled back with `Unavailable`.
        """
        if self.claim:
            idempotency.store(work.write_late, self.claim, codec.plain(reply))
            work.after_commit.append(self._note_stored)
        return reply

    def remember(self, work: W, memo: Any) -> None:
        """Store data for a repetition of the request, whose claim has the data as `memo`, plain."""
        if self.claim:
            idempotency.remember(work.connection, self.claim, codec.plain(memo))


class JobConversation(Conversation[W]):
    """The conversation of leased jobs: `finish(payload, work)` ends a job in the transaction of its effect."""

    def __init__(
        self,
        unit_of_work: UnitOfWork,
        ask: Callable[[Ask[Any], Context], Any],
        context: Context,
        *,
        leased: Sequence[LeasedJob],
    ) -> None:
        super().__init__(unit_of_work, ask, context)
        self._leased = leased
        self._leased_until = leased[0].claimed_at + job_queue.LEASE.total_seconds() if leased else math.inf
        self._ending: tuple[Work, list[int]] | None = None  # the positions that a transaction ends, and the transaction
        self.finished: set[int] = set()  # the positions of the jobs that `finish` has ended

    def leased_elsewhere(self, payloads: Sequence[P], *, until: float) -> list[P]:
        """Those of these payloads whose jobs another run may have carried out by `until`, in monotonic seconds.

        A job was leased before, or its lease may end by then. Of any other job this run is the only one.
        """
        of = self._jobs_by_payload
        latest = until - job_queue.LEASE.total_seconds()
        return [each for each in payloads if of[id(each)].attempts > 1 or of[id(each)].claimed_at < latest]

    @property
    def lease_may_be_over(self) -> bool:
        """Whether another process may run the jobs by now, because no renewal of their lease has succeeded in time.

        What a repetition would do twice, such as a mail, is not begun then.
        """
        return time.monotonic() >= self._leased_until

    def held(self, payloads: Sequence[P]) -> list[P]:
        """Those of these payloads whose jobs no other process has ended, or may have leased since.

        Only jobs that were leased before are looked up, by one query: the process that had one of them may have been
        slow to store what it did.
        """
        if self.lease_may_be_over:
            return []
        of = self._jobs_by_payload
        again = [of[id(each)] for each in payloads if of[id(each)].attempts > 1]
        if not again:
            return list(payloads)
        with self.reading() as work:
            lost = {job.position for job in again} - job_queue.held(work.connection, again)
        return [each for each in payloads if of[id(each)].position not in lost]

    def renew(self, connection: sa.Connection) -> None:
        """Renew the lease of the jobs that are not finished; it counts from the beginning of this renewal.

        Where another process has one of the jobs, the lease still ends when it would have ended.
        """
        began = time.monotonic()
        if job_queue.renew(connection, self._leased) >= len(self._leased) - len(self.finished):
            self._leased_until = began + job_queue.LEASE.total_seconds()

    @property
    def _jobs_by_payload(self) -> dict[int, LeasedJob]:
        return {id(job.payload): job for job in self._leased}

    def finish(self, payload: Any, work: W) -> None:
        """Mark the job of this payload as done, in the transaction of its effect: both are committed, or neither.

        The mark is written with what else is written late, so that an effect which needs no read is one statement with
        it. The job's `on_success` is not called. A job that another process has ended stays as it is.
        """
        job = next(job for job in self._leased if job.payload is payload)
        if self._ending is None or self._ending[0] is not work:
            self._ending = work, []
            work.write_late(job_queue.FINISH, {"finished_jobs": self._ending[1]})
        self._ending[1].append(job.position)
        work.after_commit.append(lambda: self.finished.add(job.position))
