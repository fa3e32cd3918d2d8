"""The inbox: why a process is not ready, and the metrics of all processes of a service."""

from datetime import UTC, datetime, timedelta

import pytest

from chassis import time_limits
from chassis.messaging.inbox_progress import InboxProgress, inbox_metrics

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("progress", "problems"),
    [
        (InboxProgress(), []),
        (InboxProgress(unacknowledged=200, applying=time_limits.READY_BATCH), []),
        (
            InboxProgress(unacknowledged=7, applying=12.4),
            ["the inbox has applied one batch for 12 s, 7 events wait"],
        ),
        (InboxProgress(waits=True), ["the inbox waits for the database"]),
        (InboxProgress(connected=False), ["the inbox is not connected to the broker"]),
        (InboxProgress(unacknowledged=3, silent=time_limits.READY_BATCH), []),
        (
            InboxProgress(unacknowledged=3, applying=15, silent=11.6),
            ["a process of the inbox has been silent for 12 s, 3 events wait"],
        ),
    ],
    ids=["idle", "busy", "stalled", "waiting", "not connected", "late", "silent"],
)
def test_a_process_is_ready_unless_its_inbox_stands_still(progress: InboxProgress, problems: list[str]) -> None:
    assert list(progress.problems()) == problems


def metrics(*processes: InboxProgress) -> dict[str, float]:
    return {metric.name: metric.value for metric in inbox_metrics(processes, NOON)}


@pytest.mark.parametrize(
    ("oldest", "age"), [(None, 0), (NOON - timedelta(seconds=90), 90), (NOON + timedelta(seconds=1), 0)]
)
def test_the_age_of_the_inbox_is_that_of_its_oldest_event(oldest: datetime | None, age: float) -> None:
    values = metrics(InboxProgress(3, oldest))

    assert values == {"inbox_unacknowledged": 3, "inbox_age_seconds": age, "inbox_partitions_held": 0}


def test_the_metrics_of_the_inbox_cover_all_processes() -> None:
    stalled = InboxProgress(unacknowledged=5, oldest=NOON - timedelta(seconds=40), partitions=2, silent=30)
    healthy = InboxProgress(unacknowledged=2, oldest=NOON - timedelta(seconds=1), partitions=4)

    values = metrics(healthy, stalled, InboxProgress())

    assert values == {"inbox_unacknowledged": 7, "inbox_age_seconds": 40, "inbox_partitions_held": 4}


def test_a_service_without_processes_has_the_metrics_of_an_empty_inbox() -> None:
    assert metrics() == {"inbox_unacknowledged": 0, "inbox_age_seconds": 0, "inbox_partitions_held": 0}
