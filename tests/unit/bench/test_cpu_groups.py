"""CPU time by group: real processes, ended children included, and without those of the measurement."""

import subprocess
import sys

from tests.bench.cost.cpu import cpu_by_group

_BURN = "import time\nwhile time.process_time() < {seconds}: pass\n"
_PARENT = """
import subprocess, sys
{burn}
subprocess.run([sys.executable, "-c", {child!r}], check=True)
print("ready", flush=True)
input()
"""


def start(*, own: float, ended_child: float) -> subprocess.Popen[str]:
    code = _PARENT.format(burn=_BURN.format(seconds=own), child=_BURN.format(seconds=ended_child))
    process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    return process


def test_a_group_has_its_own_processes_and_their_ended_children() -> None:
    with start(own=0.2, ended_child=0.3) as both, start(own=0.1, ended_child=0.0) as other:
        groups = cpu_by_group({"both": [both.pid], "other": [other.pid]}, without={})
        for process in (both, other):
            process.communicate("\n")

    assert groups["both"] >= 0.48
    assert groups["other"] < groups["both"] - 0.1


def test_a_process_of_the_measurement_is_left_out_of_its_group_only() -> None:
    with start(own=0.2, ended_child=0.0) as server, start(own=0.2, ended_child=0.0) as own:
        pids = [server.pid, own.pid]
        groups = cpu_by_group({"server": pids, "all": pids}, without={"server": [own.pid]})
        for process in (server, own):
            process.communicate("\n")

    assert 0.15 <= groups["server"] < groups["all"] - 0.15
