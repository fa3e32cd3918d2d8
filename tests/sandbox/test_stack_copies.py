"""A stack with two of each process behind a balancer, and the control of its processes that chaos has."""

import json
import os
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.chaos.processes import ProgramProcess, ServerProcess
from sandbox.stack.commands import SERVICES
from sandbox.stack.postgres import PostgresNode
from sandbox.stack.rabbit import RabbitNode
from sandbox.stack.run_directory import temporary_run
from sandbox.stack.stack import Stack
from tests.sandbox.small_system import SYSTEM, Servers, given
from tests.sandbox.soon import soon

KINDS = (*SERVICES, "relay", "gateway")


def _marked(name: str, environment: dict[str, str]) -> dict[str, str]:
    return environment | {"MARK": f"mark of {name}"}


@pytest.fixture(scope="module")
def pairs(postgres: PostgresNode, rabbit: RabbitNode) -> Iterator[Stack]:
    servers = Servers(postgres, rabbit)
    with temporary_run() as run, given(servers), Stack.start(run, commands=SYSTEM, copies=2, adapt=_marked) as started:
        yield started


@pytest.fixture
def rooms(pairs: Stack) -> Iterator[ProgramProcess]:
    """A process that is ready as soon as it runs."""
    process = ProgramProcess("rooms-1", pairs.supervisor, lambda _: True)
    yield process
    process.thaw()
    process.start()


def test_two_of_each_run_and_the_balancer_has_the_systems_address(pairs: Stack) -> None:
    names = pairs.supervisor.names()

    assert [name for kind in KINDS for name in (f"{kind}-1", f"{kind}-2") if name not in names] == []
    assert "balancer" in names
    assert urllib.request.urlopen(f"{pairs.stack_json['gateway']}/readyz").status == 200
    ports = {pairs.config.ports["GATEWAY_PORT"], *pairs.gateway_ports.values()}
    assert len(ports) == 3


def test_every_process_has_its_own_environment(pairs: Stack) -> None:
    for name, port in pairs.gateway_ports.items():
        pid = pairs.supervisor.pid(name)
        environment = Path(f"/proc/{pid}/environ").read_text("utf-8").split("\0")
        assert {f"GATEWAY_PORT={port}", f"MARK=mark of {name}"} <= set(environment)
    stored = json.loads((pairs.directory / "environment.json").read_text("utf-8"))
    assert set(stored) == {f"{service}-{number}" for service in SERVICES for number in (1, 2)}


def test_a_killed_process_stays_ended_until_it_is_started(rooms: ProgramProcess) -> None:
    killed = rooms.pid
    rooms.kill()

    assert (rooms.is_ready(), rooms.pid, rooms.crashes) == (False, None, 0)
    with pytest.raises(TimeoutError, match="rooms-1 is not ready"):
        rooms.wait_ready(1)
    rooms.start()
    rooms.wait_ready(10)
    assert rooms.pid not in (None, killed)


def test_a_stopped_process_stays_ended_too(rooms: ProgramProcess) -> None:
    rooms.stop()

    assert rooms.pid is None
    rooms.start()
    rooms.wait_ready(10)


def test_a_frozen_process_goes_on_when_it_is_thawed_and_can_be_killed(rooms: ProgramProcess) -> None:
    pid = rooms.pid
    rooms.freeze()
    soon(lambda: _state(pid) == "T", seconds=10)
    assert not rooms.is_ready()
    rooms.thaw()
    soon(lambda: _state(pid) != "T", seconds=10)
    rooms.wait_ready(5)

    rooms.freeze()
    rooms.kill()
    assert rooms.pid is None


def test_a_process_that_ends_by_itself_is_started_again_and_counted(rooms: ProgramProcess) -> None:
    pid = rooms.pid
    assert pid
    os.kill(pid, 9)
    soon(lambda: rooms.pid not in (None, pid), seconds=10)

    assert rooms.crashes >= 1


@pytest.mark.long
def test_a_server_is_frozen_with_its_children(postgres: PostgresNode) -> None:
    process = ServerProcess("postgres", postgres, lambda: True)
    [*children] = _children(process.pid)
    process.freeze()
    try:
        soon(lambda: {_state(pid) for pid in (process.pid, *children)} == {"T"}, seconds=10)
        assert not process.is_ready()
    finally:
        process.thaw()
    assert children
    assert process.wait_ready(5) < 5


def _state(pid: int | None) -> str:
    return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0]


def _children(pid: int | None) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text("utf-8").split()]
