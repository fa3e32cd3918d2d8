"""The inbox of one process: why the process is not ready, and the inbox's metrics."""

from datetime import UTC, datetime, timedelta

import pytest

from chassis import time_limits
from chassis.messaging.inbox_progress import InboxProgress

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
    ],
    ids=["idle", "busy", "stalled", "waiting", "not connected"],
)
def test_a_process_is_ready_unless_its_inbox_stands_still(progress: InboxProgress, problems: list[str]) -> None:
    assert list(progress.problems()) == problems


@pytest.mark.parametrize(
    ("oldest", "age"), [(None, 0), (NOON - timedelta(seconds=90), 90), (NOON + timedelta(seconds=1), 0)]
)
def test_the_age_of_the_inbox_is_that_of_its_oldest_event(oldest: datetime | None, age: float) -> None:
    metrics = {metric.name: metric.value for metric in InboxProgress(3, oldest).metrics(NOON)}

    assert metrics == {"inbox_unacknowledged": 3, "inbox_age_seconds": age}
