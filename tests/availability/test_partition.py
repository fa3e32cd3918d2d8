"""A node that is cut off from the others pauses, its clients move to the others, and it comes back when they do."""

from collections.abc import Callable, Iterator
from datetime import date

import pytest

from sandbox.stack.ports import answers
from sandbox.stack.rabbit_cluster import RabbitCluster
from sandbox.stack.rabbit_settings import NET_TICK_TIME
from sandbox.stack.run_directory import temporary_run
from sandbox.stack.stack import Stack
from tests.availability.distribution_links import DistributionLinks, node_of
from tests.availability.fault_under_load import WORKS_AGAIN_WITHIN, eventually, fault_under_load, let_fault_last

pytestmark = [pytest.mark.long, pytest.mark.timeout(400)]

# A silent node is noticed after a quarter more than this, and what waited for it fails with its deadline.
SILENCE_NOTICED_WITHIN = 1.25 * NET_TICK_TIME + WORKS_AGAIN_WITHIN


@pytest.fixture(scope="module")
def links() -> Iterator[DistributionLinks]:
    links = DistributionLinks()
    yield links
    links.close()


@pytest.fixture(scope="module")
def stack(links: DistributionLinks) -> Iterator[Stack]:
    class LinkedStack(Stack):
        cluster = staticmethod(links.cluster)

    with temporary_run() as run, LinkedStack.start(run, nodes=3) as started:
        yield started


@pytest.mark.parametrize(
    "separation",
    [(DistributionLinks.cut, WORKS_AGAIN_WITHIN), (DistributionLinks.silence, SILENCE_NOTICED_WITHIN)],
    ids=["cut", "silent"],
)
def test_a_minority_pauses_and_its_clients_go_on_elsewhere(
    stack: Stack,
    cluster: RabbitCluster,
    links: DistributionLinks,
    today: date,
    separation: tuple[Callable[[DistributionLinks, int], None], float],
) -> None:
    separate, within = separation
    node = node_of(cluster, "gateway")
    number = cluster.nodes.index(node)

    with fault_under_load(stack, today, name=f"partition, {separate.__name__}") as fault:
        separate(links, number)
        eventually(lambda: not answers(node.port), within=within)
        let_fault_last(fault, stack, lambda: links.heal(number), within=within)
        eventually(lambda: answers(node.port), within=60)

    assert fault.worked_again_after <= within
    assert fault.whole_again_after == 0
    assert node_of(cluster, "gateway") is not node
