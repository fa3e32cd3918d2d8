"""Any process of a service answers for the inbox of all processes: readiness, unacknowledged events and their age."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

import pytest
import sqlalchemy as sa

from chassis.messaging.ask_client import AskClient
from chassis.refusal import Unavailable
from contracts.message import Query
from contracts.operations import Health, Metrics, Ping, ReadMetrics
from sandbox.chaos.tcp_proxy import proxied
from sandbox.stack.rabbit import RabbitNode
from tests.interface.chassis.conftest import Owner, Toy, until, until_two_answer
from tests.interface.partitions.conftest import Processes

Reply = TypeVar("Reply")

pytestmark = pytest.mark.timeout(120)

READY_BATCH = 3.0  # seconds
READY_SILENT = 1.5  # seconds; a silent process's row is there for `TTL`, so that several asks see it
ASKS = 40  # so many that both processes answer some


@pytest.fixture
def asker(clean_rabbit: RabbitNode) -> Iterator[AskClient]:
    client = AskClient(clean_rabbit.url_of("operator"), "operator").start(wait=5)
    yield client
    client.stop()


@pytest.fixture
def two(processes: Processes, asker: AskClient) -> Processes:
    """Two processes; the first one holds the only partition."""
    return start_two(processes, asker, READY_BATCH)


def start_two(processes: Processes, asker: AskClient, ready_batch: float) -> Processes:
    processes.start("first", 1, READY_BATCH=ready_batch, BATCH=60)
    processes.settle(1)
    processes.start("second", 1, READY_BATCH=ready_batch, BATCH=60)
    until_two_answer(asker)
    return processes


@pytest.fixture
def alone(toy: Toy) -> None:
    """Each process answers for its own inbox only."""
    toy.environment["TOY_ANSWERS_FOR_ITSELF"] = "1"


def values(metrics: Metrics) -> dict[str, float]:
    return {metric.name: metric.value for metric in metrics.metrics if not metric.label}


def stall(owner: Owner, processes: Processes, asker: AskClient) -> None:
    """Have the first process apply an event that never ends, for longer than `READY_BATCH`."""
    owner.publish("BK-stuck", "stuck")
    until(lambda: any(not asker(Ping(), service="rooms").ready for _ in range(ASKS)), what="a stalled inbox")


def test_a_stalled_process_is_reported_by_the_healthy_one(
    two: Processes, owner: Owner, relay: subprocess.Popen[bytes], asker: AskClient
) -> None:
    stall(owner, two, asker)

    until(lambda: not any(asker(Ping(), service="rooms").ready for _ in range(ASKS)), within=3, what="one answer")
    [problem] = asker(Ping(), service="rooms").problems
    answers = [asker(ReadMetrics(), service="rooms") for _ in range(ASKS)]

    assert problem.startswith("the inbox has applied one batch for ")
    assert len({answer.instance for answer in answers}) == 2
    assert {values(answer)["inbox_unacknowledged"] for answer in answers} == {1}
    assert {values(answer)["inbox_partitions_held"] for answer in answers} == {1}
    assert min(values(answer)["inbox_age_seconds"] for answer in answers) > READY_BATCH


def test_without_the_rows_the_healthy_process_hides_the_stalled_one(
    alone: None, two: Processes, owner: Owner, relay: subprocess.Popen[bytes], asker: AskClient
) -> None:
    stall(owner, two, asker)

    states = [asker(Ping(), service="rooms") for _ in range(ASKS)]
    answers = [values(asker(ReadMetrics(), service="rooms")) for _ in range(ASKS)]

    assert {state.ready for state in states} == {True, False}
    assert {(answer["inbox_unacknowledged"], answer["inbox_age_seconds"] > 1) for answer in answers} == {
        (0, False),
        (1, True),
    }


@contextmanager
def suspended(processes: Processes, name: str) -> Iterator[None]:
    processes.signal(name, signal.SIGSTOP)
    try:
        yield
    finally:
        processes.signal(name, signal.SIGCONT)


def test_the_events_of_a_suspended_process_count_until_another_has_applied_them(
    processes: Processes, toy: Toy, owner: Owner, relay: subprocess.Popen[bytes], asker: AskClient
) -> None:
    two = start_two(processes, asker, READY_SILENT)
    owner.publish("BK-1", "two seconds")
    until(lambda: processes_with_events(toy) == 1, what="the event in the row of the first process")

    with suspended(two, "first"):
        until(lambda: is_silent(health(asker)), what="the problem")
        metrics = values(answer_of(asker, ReadMetrics()))
        assert metrics["inbox_unacknowledged"] == 1
        assert metrics["inbox_age_seconds"] > READY_SILENT
        assert toy.effects() == []

        until(lambda: len(toy.effects()) == 1, within=25, what="the event, applied by the second process")
        until(lambda: health(asker).ready, what="the second process being ready")


def health(asker: AskClient) -> Health:
    return answer_of(asker, Ping())


def is_silent(state: Health) -> bool:
    return any("silent" in problem for problem in state.problems)


def answer_of(asker: AskClient, query: Query[Reply]) -> Reply:
    """The answer of the process that is not suspended: every second ask goes to the other one, and waits in vain."""
    while True:
        try:
            return asker(query, service="rooms", deadline=0.3)
        except Unavailable:
            pass


def processes_with_events(toy: Toy) -> int:
    with toy.engine.connect() as connection:
        statement = "SELECT count(*) FROM inbox_process WHERE (progress ->> 'unacknowledged')::int > 0"
        return int(connection.execute(sa.text(statement)).scalar_one())


@pytest.mark.long
def test_the_events_of_a_process_whose_database_is_silent_count_until_another_has_applied_them(
    toy: Toy, owner: Owner, relay: subprocess.Popen[bytes], asker: AskClient
) -> None:
    limits = {"READY_BATCH": READY_SILENT, "STATEMENT": 4, "ANSWER": 4.5, "LOCK": 1, "CONNECT": 2, "BATCH": 8}
    with (
        proxied(toy.environment["TOY_DATABASE_URL"]) as database,
        toy.running(database=database.url, limits=limits),
        toy.running(limits=limits),
    ):
        until_two_answer(asker)
        owner.publish("BK-1", "two seconds")
        until(lambda: processes_with_events(toy) == 1, what="the event in the row of the first process")

        database.hold(new_ones=True)

        until(lambda: is_silent(health(asker)), what="the problem")
        until(lambda: len(toy.effects()) == 1, within=20, what="the event, applied by the second process")
        until(lambda: health(asker).ready, what="the second process being ready")
        database.release()
