"""A job that ends in the transaction of its effect is done exactly where the effect is committed."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
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
