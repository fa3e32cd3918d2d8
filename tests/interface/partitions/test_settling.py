"""Partitions are distributed equally over the processes of a service, soon after any of them comes or goes."""

import signal
import subprocess
from collections.abc import Callable

import pytest

from sandbox.stack.rabbit import RabbitNode
from tests.interface.chassis.conftest import Toy, until
from tests.interface.partitions.conftest import Processes

pytestmark = [pytest.mark.timeout(150), pytest.mark.usefixtures("four_partitions")]

HEARTBEATS = 16  # seconds after which the broker has ended the connection of a suspended process


def test_one_process_holds_four_partitions_and_two_hold_two_each(processes: Processes) -> None:
    processes.start("first", 4)
    processes.settle(4)

    processes.start("second", 4)
    processes.settle(2, 2)

    processes.stop("first")
    processes.settle(4)
    until(lambda: processes.consumers(4) == [1, 1, 1, 1], what="a consumer of each partition")


def test_the_partitions_of_a_killed_process_are_taken_over(
    processes: Processes, toy: Toy, publish: Callable[..., None], relay: subprocess.Popen[bytes]
) -> None:
    processes.start("first", 4)
    processes.start("second", 4)
    processes.settle(2, 2)

    processes.signal("second", signal.SIGKILL)

    processes.settle(4)
    publish(20, 1)
    until(lambda: len(toy.effects()) == 20, what="all events")


@pytest.mark.long
def test_the_partitions_of_a_suspended_process_are_taken_over_and_shared_again_when_it_wakes(
    processes: Processes, toy: Toy, publish: Callable[..., None], relay: subprocess.Popen[bytes]
) -> None:
    processes.start("first", 4)
    processes.start("second", 4)
    processes.settle(2, 2)

    processes.signal("second", signal.SIGSTOP)
    try:
        publish(20, 1)
        processes.settle(4)
        until(lambda: len(toy.effects()) == 20, within=HEARTBEATS, what="all events")
    finally:
        processes.signal("second", signal.SIGCONT)

    processes.settle(2, 2)
    publish(20, 1)
    until(lambda: len(toy.effects()) == 40, what="all events")


@pytest.mark.long
def test_the_partitions_are_shared_again_after_a_restart_of_the_broker(
    processes: Processes, toy: Toy, publish: Callable[..., None], relay: subprocess.Popen[bytes], rabbit: RabbitNode
) -> None:
    processes.start("first", 4)
    processes.start("second", 4)
    processes.settle(2, 2)

    rabbit.restart()

    publish(20, 1)
    until(lambda: len(toy.effects()) == 20, within=20, what="all events")
    processes.settle(2, 2)
    until(lambda: processes.consumers(4) == [1, 1, 1, 1], what="a consumer of each partition")
