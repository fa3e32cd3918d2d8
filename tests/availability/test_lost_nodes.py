"""A node that is killed or stopped: every process goes on at another one within five seconds, and nothing is lost."""

import time
from collections.abc import Callable
from datetime import date

import pytest

from sandbox.stack.rabbit import RabbitNode
from sandbox.stack.rabbit_cluster import RabbitCluster
from sandbox.stack.stack import Stack
from tests.availability.riding_out import WORKS_AGAIN_WITHIN, lasting, riding_out

pytestmark = [pytest.mark.long, pytest.mark.timeout(400)]


@pytest.mark.parametrize("number", range(3))
@pytest.mark.parametrize("end", [RabbitNode.kill, RabbitNode.stop], ids=["killed", "stopped"])
def test_every_process_goes_on_when_a_node_is_lost(
    stack: Stack, cluster: RabbitCluster, today: date, end: Callable[[RabbitNode], None], number: int
) -> None:
    node = cluster.nodes[number]

    with riding_out(stack, today, name=f"{end.__name__} node {number + 1}") as ride:
        end(node)
        lasting(ride, stack, node.start)

    assert ride.worked_again_after <= WORKS_AGAIN_WITHIN
    assert ride.whole_again_after == 0


def test_with_two_nodes_lost_the_system_waits_and_goes_on_when_one_returns(
    stack: Stack, cluster: RabbitCluster, today: date
) -> None:
    one, two, _ = cluster.nodes

    with riding_out(stack, today, name="kill nodes 1 and 2") as ride:
        one.kill()
        two.kill()
        time.sleep(8)
        waits = time.monotonic()
        time.sleep(4)
        acknowledged = [each for each in ride.traffic.exchanged if each.began > waits and not each.failed]
        one.start()
        ride.ended = time.monotonic()
        time.sleep(WORKS_AGAIN_WITHIN)
        two.start()

    assert acknowledged == []
    assert {each.status for each in ride.failed} <= {503}
    assert ride.whole_again_after <= WORKS_AGAIN_WITHIN


def test_a_rolling_restart_of_the_nodes_fails_few_requests(stack: Stack, cluster: RabbitCluster, today: date) -> None:
    with riding_out(stack, today, name="rolling restart of the nodes") as ride:
        for node in cluster.nodes:
            node.restart()
            time.sleep(2)

    assert len(ride.failed) <= 0.05 * len(ride.traffic.exchanged)
