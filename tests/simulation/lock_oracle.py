"""PostgreSQL as the oracle of locks: a statement that waits for another transaction parks its task.

psycopg2 calls the wait callback for every statement. Either the answer comes, or the observer sees that the backend
waits for a lock; then another task runs. After each statement that may have released a lock, every parked backend has
its answer or is blocked again before anything else happens: who goes on is PostgreSQL's choice, and no race.
"""

import select
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg2 import extensions

from tests.simulation import seeded
from tests.simulation.tasks import Task, TaskState

ANSWER_MS = 4  # longer than PostgreSQL's `deadlock_timeout` here, so that its check has happened before a task parks
ANSWER_TIMEOUT = 120.0  # seconds of real time; a busy machine is slow, too

_FREE = "SELECT pid FROM unnest(%s::int[]) AS pid WHERE pg_blocking_pids(pid) = '{}'"
_ALIVE = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pid = %s)"


@dataclass(eq=False)
class ParkedStatement:
    """A statement that waits for a lock; `since` is the world's time in seconds."""

    connection: Any
    task: Task
    pid: int
    since: float


class LockOracle:
    """Waits for the database on behalf of all tasks. `current` is the running task, None in the world itself."""

    def __init__(self, admin_url: str, current: Callable[[], Task | None], now: Callable[[], float]) -> None:
        self._observer = psycopg.connect(admin_url, autocommit=True)
        self._current = current
        self._now = now
        self.parked: list[ParkedStatement] = []
        self.waits = 0

    def install(self) -> None:
        """Have every psycopg2 connection of this process wait here."""
        extensions.set_wait_callback(self.wait)

    def close(self) -> None:
        """Close the observer's connection."""
        extensions.set_wait_callback(None)
        self._observer.close()

    def wait(self, connection: Any) -> None:
        """Wait until the connection's operation has ended; other tasks run while it is blocked by a lock."""
        until = 0.0
        while (state := connection.poll()) != extensions.POLL_OK:
            if _is_ready(connection, state, ANSWER_MS):
                continue
            task = self._current()
            pid = connection.info.backend_pid
            if task is not None and pid and not self._free([pid]):
                self._park(connection, task, pid)
                continue
            until = until or seeded.real_time() + ANSWER_TIMEOUT
            if seeded.real_time() > until:
                raise TimeoutError("the database does not answer the simulation")
        if self.parked:
            self.settle()

    def settle(self) -> None:
        """Wait until each parked statement has its answer or is blocked. Those with an answer become ready."""
        while parked := [each for each in self.parked if each.task.state is TaskState.BLOCKED]:
            free = set(self._free([each.pid for each in parked]))
            if not free:
                return
            for each in parked:
                if each.pid in free and _is_ready(each.connection, extensions.POLL_READ, ANSWER_MS):
                    self._answered(each)

    def cancel(self, each: ParkedStatement) -> None:
        """End a parked statement as the server's lock timeout does."""
        self._observer.execute("SELECT pg_cancel_backend(%s)", [each.pid])
        while not _is_ready(each.connection, extensions.POLL_READ, ANSWER_MS):
            pass
        self._answered(each)
        self.settle()

    def end_session(self, connection: Any) -> None:
        """End the connection's backend, and wait until it is gone, with its locks."""
        pid = connection.info.backend_pid
        self._observer.execute("SELECT pg_terminate_backend(%s)", [pid])
        while self._is_alive(pid):
            pass
        self.parked = [each for each in self.parked if each.pid != pid]
        self.settle()

    def _park(self, connection: Any, task: Task, pid: int) -> None:
        self.waits += 1
        each = ParkedStatement(connection, task, pid, self._now())
        self.parked.append(each)
        task.state = TaskState.BLOCKED
        try:
            task.pause()
        except BaseException:
            self.end_session(connection)
            raise

    def _answered(self, each: ParkedStatement) -> None:
        self.parked.remove(each)
        each.task.state = TaskState.READY

    def _free(self, pids: list[int]) -> list[int]:
        return [row[0] for row in self._observer.execute(_FREE, [pids])]

    def _is_alive(self, pid: int) -> bool:
        row = self._observer.execute(_ALIVE, [pid]).fetchone()
        return bool(row and row[0])


def _is_ready(connection: Any, state: int, milliseconds: int) -> bool:
    poller = select.poll()
    poller.register(connection.fileno(), select.POLLIN if state == extensions.POLL_READ else select.POLLOUT)
    return bool(poller.poll(milliseconds))
