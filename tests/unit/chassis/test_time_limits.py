"""The order of the limits: of two limits on one wait, the one with the cheaper end comes first."""

from itertools import pairwise

import pytest

from chassis import time_limits as limits

WHOLE_AGAIN = 20  # seconds after a connection has become silent
ORDERS = {
    "the server ends a statement before the client ends the connection, and a batch outlives both": (
        limits.LOCK, limits.STATEMENT, limits.ANSWER, limits.BATCH,
    ),
    "the client ends a silent statement before the server ends the idle transaction": (
        limits.ANSWER, limits.IDLE_IN_TRANSACTION,
    ),
    "a process is not ready before its batch is given up": (limits.READY_BATCH, limits.BATCH),
    "a connection with unanswered data ends before an idle one": (
        limits.UNACKNOWLEDGED_DATA, limits.KEEPALIVE_IDLE + limits.KEEPALIVE_INTERVAL * limits.KEEPALIVE_COUNT,
    ),
}  # fmt: skip


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
def test_limits_on_one_wait_are_in_order(order: tuple[float, ...]) -> None:
    assert all(first < second for first, second in pairwise(order))


@pytest.mark.parametrize(
    "wait",
    [
        2 * (limits.HEARTBEAT + 5),  # pika
        3 * limits.HEARTBEAT,  # RabbitMQ
        limits.KEEPALIVE_IDLE + limits.KEEPALIVE_INTERVAL * limits.KEEPALIVE_COUNT,
        limits.CONNECT + limits.ANSWER,
        limits.BATCH,
        limits.CONFIRMS,
    ],
)
def test_each_wait_ends_before_the_process_must_work_again(wait: float) -> None:
    assert wait < WHOLE_AGAIN
