"""The jobs that a transaction enqueues. Those that this process runs at once are leased by their insertion."""

import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chassis import codec
from chassis.transactions import job_queue
from chassis.transactions.job_queue import LeasedJob

Row = dict[str, Any]


@dataclass(frozen=True)
class Reservation:
    """Free workers of one kind of job, reserved for up to `jobs` new jobs whose payloads are `payload`.

    `end(leased)` is called once: after the commit with the jobs to run, or without jobs where nothing was committed.
    Workers that have no job are free again.
    """

    payload: type[Any]
    jobs: int
    end: Callable[[Sequence[LeasedJob]], None]


# Reserves workers that run up to so many new jobs of a kind at once; None where no worker is free.
Reserve = Callable[[str, int], Reservation | None]


def reserve_none(_: str, __: int) -> None:
    """Reserve no worker: every new job is left to whoever claims it."""


@dataclass(eq=False)
class NewJobs:
    """The leases of the jobs that one transaction enqueues.

    Without a lease a job is due at once, and the first process that looks for jobs claims it. A process that dies after
    the commit leaves the leases of its new jobs, which end by themselves.
    """

    reserve: Reserve = reserve_none
    _reservations: dict[str, Reservation] = field(default_factory=dict, init=False)
    _leased: list[LeasedJob] = field(default_factory=list, init=False)
    _began: float = field(default=0.0, init=False)

    def lease(self, rows: Iterable[Row], *, now: datetime) -> None:
        """Give a lease to the rows of jobs that are due and for which a worker is free. `now` is domain time, UTC.

        The rows are inserted directly after this. An ordered job behind an open one of its key gets none there.
        """
        self._began = time.monotonic()
        of_kind: dict[str, list[Row]] = {}
        held_back: set[tuple[str, str]] = set()  # kinds and order keys with a job that is not due
        for row in rows:
            in_order = row["kind"], row["order_key"]
            if row["not_before"] is not None and row["not_before"] > now:
                held_back |= {in_order} if row["order_key"] else set()
            elif in_order not in held_back:
                of_kind.setdefault(row["kind"], []).append(row)
        for kind, due in of_kind.items():
            if kind not in self._reservations and (reserved := self.reserve(kind, len(due))):
                self._reservations[kind] = reserved
                for row in due[: reserved.jobs]:
                    row["lease"] = job_queue.LEASE.total_seconds()

    def lease_selected(self, kind: str, jobs: int) -> int:
        """Reserve workers for up to so many jobs, which a statement is about to select; returns how many it leases."""
        self._began = time.monotonic()
        if kind in self._reservations or not (reserved := self.reserve(kind, jobs)):
            return 0
        self._reservations[kind] = reserved
        return min(jobs, reserved.jobs)

    def inserted(self, row: Row, *, position: int, created_at: datetime, attempts: int) -> bool:
        """Note the insertion of a job's row, whose `attempts` are 1 where it was leased; returns whether it was."""
        if not attempts:
            return False
        payload = codec.typed(row["payload"], self._reservations[row["kind"]].payload)
        about = (row["key"], row["order_key"], payload, 1, created_at, row["traceparent"])
        self._leased.append(LeasedJob(position, *about, claimed_at=self._began))
        return True

    def run(self) -> None:
        """Run the jobs that were inserted with a lease, after the commit."""
        self._end(self._leased)

    def free(self) -> None:
        """Free the reserved workers, because nothing was committed."""
        self._end(())

    def _end(self, leased: Collection[LeasedJob]) -> None:
        reservations, self._reservations, self._leased = self._reservations, {}, []
        for reserved in reservations.values():
            reserved.end([job for job in leased if type(job.payload) is reserved.payload])
