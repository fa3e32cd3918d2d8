"""A process with one job loop, without its host."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa

from chassis.hosting.scheduler import JobLoop
from chassis.jobs.runner import JobRunner
from chassis.service import Job
from chassis.transactions.job_queue import LeasedJob
from chassis.transactions.unit_of_work import UnitOfWork
from chassis.transactions.work import Work


@dataclass(frozen=True)
class Call:
    """Something to do outside."""

    number: int


@dataclass(frozen=True)
class CallAbout(Call):
    """The same, in order per subject."""

    subject: str

    @property
    def order_key(self) -> str:
        """The subject."""
        return self.subject


class Process:
    """A process with one job loop, as its host runs it; the workers that the loop starts run in `run_workers`."""

    def __init__(
        self, engine: sa.Engine, kind: type[Call] = Call, *, concurrency: int = 4, batch_size: int = 1
    ) -> None:
        def call(payloads: Sequence[Call], _: Any) -> list[None]:
            self.called += [payload.number for payload in payloads]
            return [None for _ in payloads]

        self.called: list[int] = []
        self.claims: list[int] = []
        self.workers: deque[tuple[Sequence[LeasedJob], Any]] = deque()
        self.during_a_claim: Callable[[], object] = lambda: None
        self.unit_of_work = UnitOfWork(engine, Work, reserve=lambda _, jobs: self.loop.reserve(jobs), wake=self._wake)
        job = Job(kind, call, concurrency=concurrency, batch_size=batch_size)
        self.runner = JobRunner(job, self.unit_of_work, lambda *_: None)
        watched = SimpleNamespace(
            job=job, claim=self._claim, most=self.runner.most, batches=self.runner.batches,
            give_back=self.runner.give_back,
        )  # fmt: skip
        runtime = SimpleNamespace(job_runners={kind.__name__: watched}, job_loops={})
        self.dependencies = [SimpleNamespace(attr_name="runtime", runtime=runtime)]
        self.loop = JobLoop(kind.__name__)
        self.loop.container, self.loop.POLL = self, 3600
        self.loop.start_workers()
        self.claims.clear()

    def spawn_worker(self, _: Any, args: Any, __: Any, *, handle_result: Any) -> None:
        """Start a worker, as a nameko container does."""
        self.workers.append((args[0], handle_result))

    def enqueue(self, *numbers: int, kind: type[Call] = Call, **options: Any) -> None:
        with self.unit_of_work.begin() as work:
            for number in numbers:
                work.enqueue(kind(number), key=f"call {number}", **options)

    def run_workers(self) -> None:
        """Let the loop and its workers do what they were woken for."""
        while self.loop._woken.is_set() or self.workers:
            if self.loop._woken.is_set():
                self.loop.start_workers()
            if self.workers:
                batch, ended = self.workers.popleft()
                assert self.runner.run(batch)
                ended(None, True, None)

    def _wake(self, _: Any) -> None:
        self.loop.wake()

    def _claim(self, workers: int) -> list[LeasedJob]:
        leased = self.runner.claim(workers)
        self.during_a_claim()
        self.claims.append(len(leased))
        return leased
