"""The system on a cluster of three brokers."""

from collections.abc import Iterator
from datetime import date

import pytest

from sandbox.demo.addresses import Addresses
from sandbox.demo.context import DemoContext
from sandbox.demo.transcript import SilentTranscript
from sandbox.stack.rabbit_cluster import RabbitCluster
from sandbox.stack.run_directory import temporary_run
from sandbox.stack.stack import Stack

HOTEL = "hotel-killarney"


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with temporary_run() as run, Stack.start(run, nodes=3) as started:
        yield started


@pytest.fixture
def cluster(stack: Stack) -> RabbitCluster:
    """The cluster, with all nodes up."""
    assert isinstance(stack.rabbit, RabbitCluster)
    return stack.rabbit.start()


@pytest.fixture(scope="module")
def today(stack: Stack) -> date:
    return DemoContext(Addresses.of(stack.stack_json), HOTEL, SilentTranscript()).today()
