"""A statement that waits for a lock parks its task; PostgreSQL alone decides who goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest
from psycopg2 import errors

from sandbox.stack.postgres import PostgresNode
from tests.simulation.lock_oracle import LockOracle
from tests.simulation.tasks import ProcessDied, Task, TaskState

FIRST, SECOND = "UPDATE counted SET n = n + 1 WHERE id = 1", "UPDATE counted SET n = n + 1 WHERE id = 2"


class Rounds:
    """A scheduler that continues the ready tasks in rounds, and notes what happens."""

    def __init__(self, admin_url: str) -> None:
        self.current: Task | None = None
        self.oracle = LockOracle(admin_url, lambda: self.current, lambda: 0.0)
        self.said: list[str] = []
        self.tasks: list[Task] = []

    def start(self, name: str, body: Callable[[], None]) -> None:
        self.tasks.append(Task(name, body))

    def pause(self) -> None:
        """Let the other tasks run."""
        assert self.current is not None
        self.current.pause()

    def run(self) -> None:
        """Continue the tasks in rounds until all have ended."""
        while running := [task for task in self.tasks if task.state is not TaskState.DONE]:
            ready = [task for task in running if task.state is TaskState.READY]
            assert ready, "every task is blocked"
            for task in ready:
                self.current = task
                task.resume()
                self.current = None
        assert [task.failure for task in self.tasks if task.failure] == []


@pytest.fixture
def connect(postgres: PostgresNode, new_database: Callable[[str], str]) -> Iterator[Callable[[], Any]]:
    """Opens connections to a database with two rows, on which PostgreSQL looks for deadlocks at once."""
    path = urlsplit(new_database("oracle")).path
    url = urlunsplit(urlsplit(postgres.admin_url)._replace(path=path))
    opened: list[Any] = []

    def connect() -> Any:
        opened.append(psycopg2.connect(url, options="-c deadlock_timeout=1ms"))
        return opened[-1]

    with connect() as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE counted AS SELECT id, 0 AS n FROM generate_series(1, 2) AS id")
    yield connect
    for connection in opened:
        connection.close()


@pytest.fixture
def rounds(postgres: PostgresNode, connect: Callable[[], Any]) -> Iterator[Rounds]:
    """The tasks of a failed test end before their connections are closed: closing would wait for their statements."""
    made = Rounds(postgres.admin_url)
    made.oracle.install()
    yield made
    for task in made.tasks:
        task.throw(ProcessDied())
    made.oracle.close()


def writes(rounds: Rounds, connection: Any, name: str, *statements: str) -> Callable[[], None]:
    """A task that executes each statement, with a pause between them, and commits."""

    def body() -> None:
        with connection.cursor() as cursor:
            for statement in statements:
                try:
                    cursor.execute(statement)
                except errors.DeadlockDetected:
                    rounds.said.append(f"{name} is the victim")
                    connection.rollback()
                    return
                rounds.said.append(f"{name} wrote")
                rounds.pause()
        connection.commit()
        rounds.said.append(f"{name} committed")

    return body


def test_a_blocked_statement_lets_others_go_on_and_waiters_go_on_one_after_the_other(
    rounds: Rounds, connect: Callable[[], Any]
) -> None:
    """Of two waiters for an updated row, PostgreSQL wakes both; on a busy machine the second one may be first."""
    for name in ("a", "b", "c"):
        rounds.start(name, writes(rounds, connect(), name, FIRST))

    rounds.run()

    in_order = [f"{name} {did}" for name in "abc" for did in ("wrote", "committed")]
    assert rounds.said in (in_order, [*in_order[:2], *in_order[4:], *in_order[2:4]])
    assert rounds.oracle.waits >= 2


def test_two_transactions_that_wait_for_each_other_are_a_deadlock_with_one_victim(
    rounds: Rounds, connect: Callable[[], Any]
) -> None:
    """The victim is the one that PostgreSQL looks at last: the second one, unless the machine is busy."""
    rounds.start("a", writes(rounds, connect(), "a", FIRST, SECOND))
    rounds.start("b", writes(rounds, connect(), "b", SECOND, FIRST))

    rounds.run()

    ends = [each for each in rounds.said if "wrote" not in each]
    assert ends in (["b is the victim", "a committed"], ["a is the victim", "b committed"])


def test_two_transactions_with_one_order_are_none(rounds: Rounds, connect: Callable[[], Any]) -> None:
    rounds.start("a", writes(rounds, connect(), "a", FIRST, SECOND))
    rounds.start("b", writes(rounds, connect(), "b", FIRST, SECOND))

    rounds.run()

    assert [each for each in rounds.said if "committed" in each] == ["a committed", "b committed"]
    assert rounds.oracle.waits == 1


def test_without_the_oracle_the_one_thread_would_wait_for_itself(connect: Callable[[], Any]) -> None:
    holder, waiter = connect(), connect()
    with holder.cursor() as cursor:
        cursor.execute(FIRST)

    with waiter.cursor() as cursor:
        cursor.execute("SET lock_timeout = '50ms'")
        with pytest.raises(errors.LockNotAvailable):
            cursor.execute(FIRST)


def test_the_session_of_a_parked_task_ends_with_its_process(rounds: Rounds, connect: Callable[[], Any]) -> None:
    rounds.start("a", writes(rounds, connect(), "a", FIRST))
    rounds.start("b", writes(rounds, connect(), "b", FIRST))
    dies = rounds.tasks[1]
    for task in rounds.tasks:
        rounds.current = task
        task.resume()
    assert dies.state is TaskState.BLOCKED

    dies.throw(ProcessDied())
    rounds.run()

    assert rounds.said == ["a wrote", "a committed"]
    assert rounds.oracle.parked == []
