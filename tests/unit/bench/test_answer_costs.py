"""What follows a booking does not happen while its answer is measured."""

import subprocess
import sys
import time

from sandbox.stack.process_table import cpu_seconds
from tests.bench.cost.answer_costs import standing_still

_BUSY = "while True: pass"


def test_a_process_does_nothing_while_it_stands_still_and_goes_on_afterwards() -> None:
    with subprocess.Popen([sys.executable, "-c", _BUSY]) as busy:
        try:
            _wait_until_busy(busy.pid, 0.0)
            with standing_still([busy.pid]):
                time.sleep(0.05)  # until the signal has arrived
                before = cpu_seconds(busy.pid)
                time.sleep(0.2)
                assert cpu_seconds(busy.pid) == before
            _wait_until_busy(busy.pid, before)
        finally:
            busy.kill()


def _wait_until_busy(pid: int, used: float) -> None:
    deadline = time.monotonic() + 10
    while cpu_seconds(pid) <= used:
        assert time.monotonic() < deadline
        time.sleep(0.01)
