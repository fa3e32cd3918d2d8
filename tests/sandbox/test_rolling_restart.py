"""Two of each process are restarted one after the other, under load: no request fails; killed ones fail some."""

from collections.abc import Iterator

import pytest

from sandbox.chaos.processes import ProgramProcess
from sandbox.chaos.rolling_restart import rolling_restart
from sandbox.chaos.system import ChaosSystem
from sandbox.stack.run_directory import temporary_run
from tests.sandbox.soon import soon
from tests.sandbox.steady_load import HOTEL, SteadyLoad

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]
RATE, REQUESTS, KILLS = 25, 2_000, 20
SERVING = ("gateway-1", "bookings-1", "gateway-2", "rooms-1", "bookings-2", "rooms-2")


@pytest.fixture(scope="module")
def system() -> Iterator[ChaosSystem]:
    with temporary_run() as run, ChaosSystem.start(run) as started:
        yield started


@pytest.fixture
def load(system: ChaosSystem) -> SteadyLoad:
    """A load that has not begun."""
    [account] = [each for each in system.stack_json["staff"] if (each["hotel"], each["role"]) == (HOTEL, "front_desk")]
    return SteadyLoad(system.url, account, rate=RATE)


def test_a_rolling_restart_fails_no_request(system: ChaosSystem, load: SteadyLoad) -> None:
    restarts = []
    with load.running():
        soon(lambda: load.requests >= RATE, seconds=60)
        while load.requests < REQUESTS:
            restarts += rolling_restart(system)
    slowest = max(restarts, key=lambda restart: restart.stopped)
    print(f"{load.requests} requests, {len(restarts)} restarts; {slowest.process} stopped in {slowest.stopped:.1f} s")

    assert load.failures == []
    assert {restart.process for restart in restarts} == {
        name for name, process in system.processes.items() if isinstance(process, ProgramProcess)
    }
    assert [name for name, process in system.processes.items() if getattr(process, "crashes", 0)] == []
    system.wait_for_rest(60)


def test_processes_that_are_killed_fail_requests(system: ChaosSystem, load: SteadyLoad) -> None:
    with load.running():
        soon(lambda: load.requests >= RATE, seconds=60)
        for kills in range(KILLS):
            process = system.processes[SERVING[kills % len(SERVING)]]
            process.kill()
            process.start()
            process.wait_ready(120)
            if load.failures:
                break

    assert load.failures != []
    system.wait_for_rest(60)
