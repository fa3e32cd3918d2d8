"""A job that ends in the transaction of its effect is done exactly where the effect is committed."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.jobs.runner import JobRunner
from chassis.service import Job
from chassis.transactions.conversation import JobConversation
from chassis.transactions.tables import JOB
from chassis.transactions.unit_of_work import UnitOfWork
from chassis.transactions.work import Work
from tests.fakes.roles import granted_engine, running_engine

LATER = datetime(2100, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Errand:
    """Something to do; its effect is another row in the job table."""

    number: int


class Death(BaseException):
    """The process dies."""


@pytest.fixture
def unit_of_work(new_database: Callable[[str], str]) -> Iterator[UnitOfWork]:
    """A database with one job."""
    engine = granted_engine(new_database("completion"))
    made = UnitOfWork(running_engine(engine.url), Work)
    with made.begin() as work:
        work.enqueue(Errand(1), key="errand")
    yield made
    engine.dispose()


def run(
    unit_of_work: UnitOfWork, handler: Callable[[Errand, JobConversation[Work]], None]
) -> tuple[bool, list[Errand]]:
    """Run the job; returns whether it succeeded, and the payloads for which `on_success` was called."""
    succeeded: list[Errand] = []

    def each(payloads: Sequence[Errand], conversation: JobConversation[Work]) -> list[None]:
        for payload in payloads:
            handler(payload, conversation)
        return [None] * len(payloads)

    def on_success(payload: Errand, *_: Any) -> None:
        succeeded.append(payload)

    runner = JobRunner(Job(Errand, each, on_success=on_success), unit_of_work, lambda *_: None)
    return runner.run(runner.claim()), succeeded


def take_effect(work: Work) -> None:
    work.enqueue(Errand(2), key="effect")


def rows(unit_of_work: UnitOfWork) -> dict[str, bool]:
    """Whether each job is done, by its key."""
    with unit_of_work.read() as work:
        return {
            row.key: row.done
            for row in work.connection.execute(sa.select(JOB.c.key, JOB.c.done_at.is_not(None).label("done")))
        }


def test_a_job_is_done_with_its_effect(unit_of_work: UnitOfWork) -> None:
    def handler(payload: Errand, conversation: JobConversation[Work]) -> None:
        with conversation.transaction() as work:
            take_effect(work)
            conversation.finish(payload, work)

    assert run(unit_of_work, handler) == (True, [])
    assert rows(unit_of_work) == {"errand": True, "effect": False}


def test_a_job_whose_effect_is_rolled_back_stays_to_be_done(unit_of_work: UnitOfWork) -> None:
    def handler(payload: Errand, conversation: JobConversation[Work]) -> None:
        with conversation.transaction() as work:
            take_effect(work)
            conversation.finish(payload, work)
            raise ValueError("in the middle")

    assert run(unit_of_work, handler) == (False, [])
    assert rows(unit_of_work) == {"errand": False}


def test_a_failure_after_a_job_has_ended_does_not_open_it_again(unit_of_work: UnitOfWork) -> None:
    def handler(payload: Errand, conversation: JobConversation[Work]) -> None:
        with conversation.transaction() as work:
            take_effect(work)
            conversation.finish(payload, work)
        raise ValueError("afterwards")

    with pytest.raises(ValueError, match="afterwards"):
        run(unit_of_work, handler)

    assert rows(unit_of_work) == {"errand": True, "effect": False}


def test_a_process_that_dies_between_effect_and_end_would_leave_a_job_whose_effect_exists(
    unit_of_work: UnitOfWork,
) -> None:
    """The negative control: the effect has a transaction of its own."""

    def handler(_: Errand, conversation: JobConversation[Work]) -> None:
        with conversation.transaction() as work:
            take_effect(work)
        raise Death

    with pytest.raises(Death):
        run(unit_of_work, handler)

    assert rows(unit_of_work) == {"errand": False, "effect": False}


def complete(unit_of_work: UnitOfWork, outcomes: Sequence[Any], *, reads: bool = False) -> None:
    """Run the jobs; each that succeeds enqueues its effect."""

    def on_success(payload: Errand, _: Any, work: Work) -> None:
        work.enqueue(Errand(payload.number), key=f"effect of {payload.number}", not_before=LATER)
        if reads:
            work.connection.execute(sa.text("SELECT 1"))

    job = Job(Errand, lambda _, __: outcomes, on_success=on_success, batch_size=len(outcomes))
    runner = JobRunner(job, unit_of_work, lambda *_: None)
    leased = runner.claim()
    runner.run(leased)
    runner.run(leased)  # as a process that was frozen while another one ended its jobs


@pytest.mark.parametrize("reads", [False, True])
def test_jobs_end_once_with_what_their_success_writes(unit_of_work: UnitOfWork, reads: bool) -> None:
    with unit_of_work.begin() as work:
        work.enqueue(Errand(3), key="other")

    complete(unit_of_work, ["done", "done"], reads=reads)

    assert rows(unit_of_work) == {"errand": True, "other": True, "effect of 1": False, "effect of 3": False}


def test_jobs_whose_success_reads_nothing_end_by_one_statement(unit_of_work: UnitOfWork) -> None:
    statements: list[str] = []
    sa.event.listen(unit_of_work.engine, "before_cursor_execute", lambda *event: statements.append(event[2]))

    complete(unit_of_work, ["done"])

    claim, end, again, *_ = statements
    assert "FOR UPDATE SKIP LOCKED" in claim
    assert "UPDATE job" in end
    assert "INSERT INTO job" in end
    assert again == end


def test_of_two_jobs_of_which_another_process_ended_one_the_other_ends(unit_of_work: UnitOfWork) -> None:
    with unit_of_work.begin() as work:
        work.enqueue(Errand(3), key="other")
    one, both = Job(Errand, lambda _, __: ["done"]), Job(Errand, lambda _, __: ["done"] * 2, batch_size=2)
    ended: list[int] = []
    both = replace(both, on_success=lambda each, _, work: work.after_commit.append(lambda: ended.append(each.number)))
    leased = JobRunner(both, unit_of_work, lambda *_: None).claim()
    JobRunner(one, unit_of_work, lambda *_: None).run(leased[:1])

    assert JobRunner(both, unit_of_work, lambda *_: None).run(leased)

    assert rows(unit_of_work) == {"errand": True, "other": True}
    assert ended == [3]


def test_a_success_that_cannot_be_written_leaves_its_job_open(unit_of_work: UnitOfWork) -> None:
    def on_success(_: Errand, __: Any, work: Work) -> None:
        work.write_late("UPDATE job SET kind = NULL WHERE key = :key AND {after}", {"key": "errand"})

    runner = JobRunner(Job(Errand, lambda _, __: ["done"], on_success=on_success), unit_of_work, lambda *_: None)

    assert not runner.run(runner.claim())

    assert rows(unit_of_work) == {"errand": False}


def test_jobs_without_on_success_end_by_one_statement_whoever_has_ended_one_of_them(unit_of_work: UnitOfWork) -> None:
    with unit_of_work.begin() as work:
        work.enqueue(Errand(3), key="other")
    one, both = Job(Errand, lambda _, __: [None]), Job(Errand, lambda _, __: [None] * 2, batch_size=2)
    leased = JobRunner(both, unit_of_work, lambda *_: None).claim()
    JobRunner(one, unit_of_work, lambda *_: None).run(leased[:1])
    statements: list[str] = []
    sa.event.listen(unit_of_work.engine, "before_cursor_execute", lambda *event: statements.append(event[2]))

    assert JobRunner(both, unit_of_work, lambda *_: None).run(leased)

    assert len(statements) == 1
    assert rows(unit_of_work) == {"errand": True, "other": True}
