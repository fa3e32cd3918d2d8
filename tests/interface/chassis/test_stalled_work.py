"""Work that does not end: interrupted at its deadline, reported by readiness and metrics, and no loss to others."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from chassis.messaging.ask_client import AskClient
from contracts.operations import Health, Ping, ReadMetrics
from sandbox.stack.rabbit import RabbitNode
from tests.interface.chassis.conftest import Owner, Toy, until

pytestmark = pytest.mark.timeout(90)

LEASE_AND_MORE = 20


@pytest.fixture
def asker(clean_rabbit: RabbitNode) -> Iterator[AskClient]:
    client = AskClient(clean_rabbit.url_of("operator"), "operator").start(wait=5)
    yield client
    client.stop()


def health(asker: AskClient) -> Health:
    return asker(Ping(), service="rooms")


def metrics(asker: AskClient) -> dict[str, float]:
    return {metric.name: metric.value for metric in asker(ReadMetrics(), service="rooms").metrics if not metric.label}


def neighbours(toy: Toy) -> int:
    return sum(note == "neighbour" for _, _, note in toy.effects())


def test_an_event_whose_handler_never_ends_delays_itself_only(
    owner: Owner, toy: Toy, relay: subprocess.Popen[bytes], asker: AskClient
) -> None:
    owner.publish("BK-slow", "slow")  # the others become one batch meanwhile
    owner.publish("BK-stuck", "stuck", "held back")
    for number in range(20):
        owner.publish(f"BK-{number}", "neighbour")
    until(lambda: owner.unpublished() == 0, what="an empty outbox")

    with toy.running(limits={"BATCH": 2}):
        until(lambda: neighbours(toy) == 20, within=20, what="the neighbours")

        until(lambda: metrics(asker)["events_failed_total"] >= 1, what="the failed attempt")
        assert metrics(asker)["deadlines_passed_total"] >= 2  # of the batch, and of the event alone
        assert "held back" not in {note for _, _, note in toy.effects()}


@pytest.mark.long
def test_an_event_whose_handler_never_ends_stalls_the_inbox_without_a_deadline(
    owner: Owner, toy: Toy, relay: subprocess.Popen[bytes]
) -> None:
    with toy.running(limits={"BATCH": 600}) as process:
        owner.publish("BK-stuck", "stuck")
        until(lambda: owner.unpublished() == 0)
        owner.publish("BK-1", "neighbour")

        with pytest.raises(AssertionError):
            until(lambda: neighbours(toy) == 1, within=8)
        process.kill()


@pytest.mark.parametrize(
    ("deadline", "is_done"), [(1, True), pytest.param(600, False, marks=pytest.mark.long)], ids=["limited", "unlimited"]
)
def test_a_job_that_never_ends_is_run_again_by_its_deadline(
    owner: Owner, toy: Toy, relay: subprocess.Popen[bytes], deadline: float, *, is_done: bool
) -> None:
    with toy.running(limits={"JOB": deadline}) as process:
        owner.publish("BK-1", "job")
        until(lambda: notes(toy) == ["job"], what="the event that enqueues the job")

        assert done_within(LEASE_AND_MORE, toy, "job done") == is_done
        process.kill()


@pytest.mark.parametrize(
    ("order_key", "is_done"),
    [("", True), pytest.param("all", False, marks=pytest.mark.long)],
    ids=["per booking", "in one order"],
)
def test_a_job_that_never_ends_holds_up_the_jobs_of_its_order_key_only(
    owner: Owner, toy: Toy, relay: subprocess.Popen[bytes], order_key: str, *, is_done: bool
) -> None:
    if order_key:
        toy.environment["TOY_ORDER_KEY"] = order_key
    with toy.running(limits={"JOB": 600}) as process:
        owner.publish("BK-1", "job")
        until(Path(f"{toy.environment['TOY_MARKER']}.job").exists, what="the job that never ends")
        owner.publish("BK-2", "job")
        until(lambda: notes(toy).count("job") == 2, what="the event that enqueues the second job")

        assert done_within(4, toy, "job done") == is_done
        process.kill()


@pytest.mark.parametrize(
    ("deadline", "is_done"), [(1, True), pytest.param(600, False, marks=pytest.mark.long)], ids=["limited", "unlimited"]
)
def test_a_timer_run_that_never_ends_is_followed_by_the_next_one(toy: Toy, deadline: float, *, is_done: bool) -> None:
    Path(f"{toy.environment['TOY_MARKER']}.ticking").touch()

    with toy.running(limits={"TIMER": deadline}) as process:
        assert done_within(8, toy, "timer done") == is_done
        process.kill()


def notes(toy: Toy) -> list[str]:
    return [note for _, _, note in toy.effects()]


def done_within(seconds: float, toy: Toy, note: str) -> bool:
    until_at = time.monotonic() + seconds
    while note not in notes(toy) and time.monotonic() < until_at:
        time.sleep(0.1)
    return note in notes(toy)


def test_a_process_with_a_stalled_batch_is_not_ready_and_says_why(
    owner: Owner, toy: Toy, relay: subprocess.Popen[bytes], asker: AskClient
) -> None:
    with toy.running(limits={"BATCH": 8, "READY_BATCH": 1}):
        assert health(asker).ready
        assert metrics(asker)["inbox_unacknowledged"] == metrics(asker)["inbox_age_seconds"] == 0

        owner.publish("BK-stuck", "stuck")
        until(lambda: not health(asker).ready, what="the process not being ready")

        [problem] = health(asker).problems
        assert problem.startswith("the inbox has applied one batch for ")
        assert metrics(asker)["inbox_unacknowledged"] == 1
        assert metrics(asker)["inbox_age_seconds"] >= 1


def test_a_process_is_not_ready_while_events_wait_and_no_relay_runs(
    owner: Owner, toy: Toy, asker: AskClient, clean_rabbit: RabbitNode
) -> None:
    with toy.running(limits={"READY_OUTBOX": 1}):
        with toy.engine.connect() as connection:
            connection.execute(sa.text("INSERT INTO lease VALUES ('relay', 'gone', 1, now() - interval '9 seconds')"))
        assert health(asker).ready

        with toy.engine.connect() as connection:
            connection.execute(
                sa.text(
                    "INSERT INTO outbox (id, subject, sequence, type, hotel, time, data, recorded_at) VALUES"
                    " (gen_random_uuid(), 's', 1, 't', 'h', now(), '{}', now() - interval '3 seconds')"
                )
            )

        assert health(asker).problems[0].startswith("no relay has published for ")
