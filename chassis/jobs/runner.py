"""Runs jobs of one kind: leases them, runs them outside any transaction, and stores their results in a transaction."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from chassis.jobs.backoff import backoff, retry_after
from chassis.observability import logs, trace
from chassis.refusal import PermanentFailure, RetryLater, Unavailable
from chassis.service import Job
from chassis.transactions import job_queue
from chassis.transactions.conversation import JobConversation
from chassis.transactions.job_queue import LeasedJob, PostponedJob
from chassis.transactions.renewal import renewed
from chassis.transactions.unit_of_work import SYSTEM_CONTEXT, UnitOfWork, is_outage
from chassis.transactions.work import Work
from contracts.message import Ask
from contracts.values import Context

RENEW_EVERY = 3.0
FEWEST_ATTEMPTS = 5

log = logs.logger(__name__)


@dataclass(frozen=True)
class JobRunner:
    """Leases and runs the jobs of one kind."""

    job: Job
    unit_of_work: UnitOfWork
    ask: Callable[[Ask[Any], Context], Any]

    def most(self, workers: int) -> int:
        """How many jobs are leased at once for so many workers: a batch each.

        Those of an ordered kind are one batch, because the jobs of one order key must not be run side by side.
        """
        return self.job.batch_size * (1 if self.job.ordered else workers)

    def claim(self, workers: int = 1) -> list[LeasedJob]:
        """Lease the jobs that are due, oldest first, up to as many as so many workers run at once."""
        began = time.monotonic()
        with self.unit_of_work.at_once() as work:
            return job_queue.claim(
                work.connection,
                self.job.payload,
                ordered=self.job.ordered,
                most=self.most(workers),
                now=work.now,
                began=began,
            )

    def batches(self, leased: Sequence[LeasedJob]) -> Iterator[Sequence[LeasedJob]]:
        """The leased jobs as a batch for each worker."""
        size = self.job.batch_size
        return (leased[first : first + size] for first in range(0, len(leased), size))

    def give_back(self, leased: Sequence[LeasedJob]) -> None:
        """Make leased jobs that were not run due at once for any process."""
        with self.unit_of_work.at_once() as work:
            job_queue.postpone(work.connection, [PostponedJob(job.position, job.attempts, 0.0, "") for job in leased])

    def run(self, leased: Sequence[LeasedJob]) -> bool:
        """Run leased jobs and store each job's result; returns False where any job failed or is left to its next lease.

        Jobs are left where half of their lease has passed, because the lease may end before its first renewal.
        """
        if (age := time.monotonic() - leased[0].claimed_at) > job_queue.LEASE.total_seconds() / 2:
            log.warning("lease_too_old", kind=self.job.kind, jobs=len(leased), seconds=round(age, 1))
            return False
        conversation: JobConversation[Any] = JobConversation(self.unit_of_work, self.ask, SYSTEM_CONTEXT, leased=leased)
        with trace.following(leased[0].traceparent):
            try:
                with renewed(self.unit_of_work.reading, conversation.renew, every=RENEW_EVERY, kind=self.job.kind):
                    outcomes = list(self.job.run([job.payload for job in leased], conversation))
                pairs = [
                    (job, outcome)
                    for job, outcome in zip(leased, outcomes, strict=True)
                    if job.position not in conversation.finished
                ]
                succeeded = [(job, outcome) for job, outcome in pairs if not isinstance(outcome, Exception)]
                if succeeded:
                    self._complete(succeeded)
                failed = [(job, outcome) for job, outcome in pairs if isinstance(outcome, Exception)]
            except Exception as problem:
                failed = [(job, problem) for job in leased if job.position not in conversation.finished]
                if not failed:
                    raise
            self._fail(failed)
        return not failed

    def _complete(self, succeeded: Sequence[tuple[LeasedJob, Any]]) -> None:
        """Mark the jobs as done with what `on_success` writes: one statement where that reads nothing.

        Where another process has ended one of the jobs, that transaction is rolled back, and the others are completed.
        """
        jobs = [job for job, _ in succeeded]
        if self.job.on_success is None:  # nothing to roll back where another process, or transaction, has ended one
            with self.unit_of_work.at_once() as work:
                job_queue.mark(work.connection, jobs)
            return
        try:
            with job_queue.ending(), self.unit_of_work.begin(SYSTEM_CONTEXT) as work:
                job_queue.end(work.write_first, jobs)
                self._call_on_success(succeeded, work)
        except job_queue.EndedBefore:
            with self.unit_of_work.begin(SYSTEM_CONTEXT) as work:
                marked = job_queue.mark(work.connection, jobs)
                self._call_on_success([pair for pair in succeeded if pair[0].position in marked], work)

    def _call_on_success(self, succeeded: Sequence[tuple[LeasedJob, Any]], work: Work) -> None:
        if self.job.on_success:
            for job, outcome in succeeded:
                self.job.on_success(job.payload, outcome, work)

    def _fail(self, failed: Sequence[tuple[LeasedJob, Exception]]) -> None:
        """Postpone the jobs together, but give up those that have to be, each in a transaction of its own."""
        waits: dict[str, float] = {}  # by order key: the jobs of a key are due together again
        postponed, given_up = [], []
        for job, problem in failed:
            why = f"{type(problem).__name__}: {problem}".splitlines()[0][:300]
            gives_up = self._gives_up(job, problem)
            expected = is_outage(problem) or isinstance(problem, (RetryLater, PermanentFailure))
            write = log.error if gives_up else log.warning
            event = "job_gave_up" if gives_up else "job_failed"
            write(event, kind=self.job.kind, key=job.key, why=why, exc_info=None if expected else problem)
            if gives_up:
                given_up.append((job, why))
            else:
                wait = waits.setdefault(job.order_key, backoff(job.attempts, problem))
                postponed.append(PostponedJob(job.position, job.attempts, _pause(problem, wait), why))
        if postponed:
            with self.unit_of_work.at_once() as work:
                job_queue.postpone(work.connection, postponed)
        for job, why in given_up:
            self._give_up(job, why)

    def _give_up(self, job: LeasedJob, why: str) -> None:
        with self.unit_of_work.begin(SYSTEM_CONTEXT) as work:
            given_up = job_queue.give_up(work.connection, job, why)
            if self.job.on_give_up and given_up:
                self.job.on_give_up(job.payload, why, work)

    def _gives_up(self, job: LeasedJob, problem: Exception) -> bool:
        if isinstance(problem, PermanentFailure):
            return True
        age = datetime.now(UTC) - job.created_at
        return job.attempts >= FEWEST_ATTEMPTS and age > timedelta(seconds=self.job.give_up_after)


def _pause(problem: Exception, wait: float) -> float:
    if isinstance(problem, RetryLater) and problem.seconds:
        return problem.seconds
    if isinstance(problem, Unavailable) and problem.seconds:
        return max(wait, retry_after(problem.seconds))
    return wait
