"""Whoever makes a call keeps its lease for as long as that takes; of whoever died, another takes over soon."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from chassis import errands
from chassis.doors import Errand
from chassis.errands import Errands
from chassis.settings import with_driver
from chassis.tables import create_all
from chassis.transact import Transactor
from chassis.work import Work
from tests.interface.chassis.conftest import until


@dataclass(frozen=True)
class Call:
    """Something to do outside."""

    number: int


class Outside:
    """Takes its time over each call, until told to go on."""

    def __init__(self) -> None:
        self.called: list[int] = []
        self.go_on = threading.Event()

    def __call__(self, calls: Sequence[Call], _: Any) -> list[str]:
        self.called.extend(call.number for call in calls)
        self.go_on.wait(10)
        return ["done"] * len(calls)


@pytest.fixture
def transactor(new_database: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Transactor]:
    """A database where one call is owed, and leases are short."""
    monkeypatch.setattr(errands, "LEASE", timedelta(seconds=0.4))
    monkeypatch.setattr(errands, "RENEWED_EVERY", 0.1)
    engine = sa.create_engine(with_driver(new_database("leases"), "psycopg2"))
    with engine.begin() as connection:
        create_all(connection)
    made = Transactor(engine, Work)
    with made.begin() as work:
        work.owe(Call(1), key="call")
    yield made
    engine.dispose()


@pytest.fixture
def outside() -> Outside:
    return Outside()


@pytest.fixture
def worker(transactor: Transactor, outside: Outside) -> Errands:
    return Errands(Errand(Call, outside), transactor, lambda *_: None)


def taken_over(worker: Errands, *, within: float) -> bool:
    """Whether another worker gets the lease while this one's call takes its time."""
    waited = threading.Event()
    deadline = threading.Timer(within, waited.set)
    deadline.start()
    found = False
    while not (found or waited.wait(0.02)):
        found = bool(worker.claim())
    deadline.cancel()
    return found


def test_a_call_that_takes_longer_than_the_lease_is_not_made_twice(worker: Errands, outside: Outside) -> None:
    calling = threading.Thread(target=worker.run, args=(worker.claim(),))
    calling.start()

    assert not taken_over(worker, within=1.0)

    outside.go_on.set()
    calling.join()
    assert outside.called == [1]
    assert worker.claim() == []


def test_without_renewal_it_would_be(worker: Errands, outside: Outside, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Errands, "_kept", lambda *_: nullcontext())
    calling = threading.Thread(target=worker.run, args=(worker.claim(),))
    calling.start()

    assert taken_over(worker, within=1.0)

    outside.go_on.set()
    calling.join()


def test_what_a_dead_process_had_leased_is_anothers_once_the_lease_has_run_out(worker: Errands) -> None:
    [left_behind] = worker.claim()

    assert worker.claim() == []
    found: list[errands.Due] = []
    until(lambda: bool(found) or bool(found.extend(worker.claim())), within=3, what="the lease running out")

    assert (found[0].position, found[0].attempts) == (left_behind.position, 2)


def test_a_renewal_that_comes_late_leaves_the_next_ones_lease_alone(worker: Errands, transactor: Transactor) -> None:
    [mine] = worker.claim()
    until(lambda: bool(worker.claim()), within=3, what="somebody else taking over")
    with transactor.begin() as work:
        before = work.connection.execute(sa.text("SELECT try_at FROM errand")).scalar_one()
        work.connection.execute(
            errands._RENEWED, {"ours": [(mine.position, mine.attempts)], "lease": timedelta(hours=1)}
        )
        after = work.connection.execute(sa.text("SELECT try_at FROM errand")).scalar_one()

    assert after == before
