"""Work that does not end: interrupted at its deadline, reported by readiness and metrics, and no loss to others."""

import subprocess
from collections.abc import Iterator

import pytest

from chassis.messaging.ask_client import AskClient
from contracts.operations import Health, Ping, ReadMetrics
from sandbox.stack.rabbit import RabbitNode
from tests.interface.chassis.conftest import Owner, Toy, until

pytestmark = pytest.mark.timeout(90)


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


def test_an_event_whose_handler_never_ends_stalls_the_inbox_without_a_deadline(
    owner: Owner, toy: Toy, relay: subprocess.Popen[bytes]
) -> None:
    with toy.running(limits={"BATCH": 600}):
        owner.publish("BK-stuck", "stuck")
        until(lambda: owner.unpublished() == 0)
        owner.publish("BK-1", "neighbour")

        with pytest.raises(AssertionError):
            until(lambda: neighbours(toy) == 1, within=8)


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
    import sqlalchemy as sa

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
