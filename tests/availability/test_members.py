"""Every shared queue has a member on every node: made once all nodes are there, or grown when a node joins later."""

from collections.abc import Iterator

import pytest

from chassis.messaging.topology import topology
from sandbox.stack.commands import BROKER_USERS, COMMANDS
from sandbox.stack.rabbit import RabbitNode
from sandbox.stack.rabbit_cluster import RabbitCluster
from sandbox.stack.run_directory import temporary_run

pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]


@pytest.fixture
def cluster() -> Iterator[RabbitCluster]:
    with temporary_run() as run:
        cluster = RabbitCluster(run / "cluster", definitions=COMMANDS.definitions, users=BROKER_USERS)
        yield cluster
        cluster.close()


def members(node: RabbitNode) -> dict[str, int]:
    """The number of members of each queue."""
    rows = [row.split("\t") for row in node.ctl("list_queues", "name", "members").splitlines()[1:]]
    return {name: names.count("@") for name, names in rows}


def test_every_queue_of_the_topology_has_three_members(cluster: RabbitCluster) -> None:
    cluster.start()

    assert members(cluster.nodes[0]) == dict.fromkeys((queue.name for queue in topology().queues), 3)


def test_a_node_that_joins_later_gets_members_when_the_queues_are_grown(cluster: RabbitCluster) -> None:
    first, *others = cluster.nodes
    cluster.start_one(first)
    first.ctl("import_definitions", str(first.write_definitions()))
    for node in others:
        node.start()

    assert set(members(first).values()) == {1}

    for node in others:
        first.ctl("grow", node.name, "all", program="rabbitmq-queues", timeout=120)

    assert members(first) == dict.fromkeys((queue.name for queue in topology().queues), 3)
