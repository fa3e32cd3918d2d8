"""Negative control: with the queues of asks on one home node, as they once were, three nodes are as weak as one."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from chassis.messaging import topology
from sandbox.stack.commands import COMMANDS, PYTHON, SERVICES
from sandbox.stack.rabbit import RabbitNode
from sandbox.stack.rabbit_cluster import RabbitCluster
from sandbox.stack.run_directory import temporary_run
from sandbox.stack.stack import Stack
from tests.availability.fault_under_load import LASTS, fault_under_load

pytestmark = [pytest.mark.long, pytest.mark.timeout(400)]

FORMER_COMMANDS = replace(COMMANDS, service=(*PYTHON, "tests.availability.shared_asks_queue", "{service}"))


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with temporary_run() as run, Stack.start(run, nodes=3, commands=FORMER_COMMANDS) as started:
        yield started


def home_of_most(cluster: RabbitCluster) -> RabbitNode:
    """The node on which most services have their queue of asks."""
    rows = cluster.nodes[0].ctl("list_queues", "name", "pid").splitlines()
    homes = [row for row in rows for service in SERVICES if row.startswith(topology.asks_queue(service, "former"))]
    return max(cluster.nodes, key=lambda node: sum(node.name in row for row in homes))


def test_with_the_home_node_of_the_asks_down_requests_fail_until_it_returns(
    stack: Stack, cluster: RabbitCluster, today: date
) -> None:
    node = home_of_most(cluster)

    with fault_under_load(stack, today, name="kill the home node of the queues of asks") as fault:
        node.kill()
        time.sleep(LASTS)
        fault.ended = time.monotonic()
        node.start()

    while_away = [each for each in fault.traffic.requests if fault.began <= each.began < fault.ended]
    assert sum(each.failed for each in while_away) > 0.3 * len(while_away)
    assert fault.worked_again_after > 8
