"""A node that is killed or stopped: every process goes on at another one within five seconds, and nothing is lost."""

import time
from collections.abc import Callable
from datetime import date

import pytest

from sandbox.stack.rabbit import RabbitNode
from sandbox.stack.rabbit_cluster import RabbitCluster
from sandbox.stack.stack import Stack
from tests.availability.fault_under_load import WORKS_AGAIN_WITHIN, fault_under_load, let_fault_last

pytestmark = [pytest.mark.long, pytest.mark.timeout(400)]


@pytest.mark.parametrize("number", range(3))
@pytest.mark.parametrize("end", [RabbitNode.kill, RabbitNode.stop], ids=["killed", "stopped"])
def test_every_process_goes_on_when_a_node_is_lost(
    stack: Stack, cluster: RabbitCluster, today: date, end: Callable[[RabbitNode], None], number: int
) -> None:
    node = cluster.nodes[number]

    with fault_under_load(stack, today, name=f"{end.__name__} node {number + 1}") as fault:
        end(node)
        let_fault_last(fault, stack, node.start)

    assert fault.worked_again_after <= WORKS_AGAIN_WITHIN
    assert fault.whole_again_after == 0


def test_with_two_nodes_lost_the_system_waits_and_goes_on_when_one_returns(
    stack: Stack, cluster: RabbitCluster, today: date
) -> None:
    one, two, _ = cluster.nodes

    with fault_under_load(stack, today, name="kill nodes 1 and 2") as fault:
        one.kill()
        two.kill()
        time.sleep(8)
        waits = time.monotonic()
        time.sleep(4)
        acknowledged = [each for each in fault.traffic.requests if each.began > waits and not each.failed]
        one.start()
        fault.ended = time.monotonic()
        time.sleep(WORKS_AGAIN_WITHIN)
        two.start()

    assert acknowledged == []
    assert {each.status for each in fault.failed} <= {503}
    assert fault.whole_again_after <= WORKS_AGAIN_WITHIN


def test_a_rolling_restart_of_the_nodes_fails_few_requests(stack: Stack, cluster: RabbitCluster, today: date) -> None:
    with fault_under_load(stack, today, name="rolling restart of the nodes") as fault:
        for node in cluster.nodes:
            node.restart()
            time.sleep(2)

    assert len(fault.failed) <= 0.05 * len(fault.traffic.requests)
