"""What a process has started ends with that process, however it ends."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from sandbox.stack.process_table import born_at, descendants
from sandbox.stack.run_directory import temporary_run
from sandbox.stack.stack_config import ROOT
from tests.sandbox.soon import soon

REAPING = "from sandbox.stack.orphans import reap_orphans; reap_orphans()\n"
CHILD = """
import subprocess, sys, time
from pathlib import Path
from sandbox.stack.child_process import ChildProcess
program = "import subprocess; subprocess.run(['sleep', '600'], start_new_session=True)"
child = ChildProcess(
    [sys.executable, "-c", program], env={}, note=Path(sys.argv[1]) / "child.pid", stdout=subprocess.DEVNULL
)
print(child.pid, flush=True)
time.sleep(600)
"""
SERVER = """
import sys, time
from pathlib import Path
from sandbox.stack.{module} import {node}
print({node}(Path(sys.argv[1]) / "node").start().pid, flush=True)
time.sleep(600)
"""
POSTGRES = SERVER.format(module="postgres", node="PostgresNode")
RABBIT = SERVER.format(module="rabbit", node="RabbitNode")


@contextmanager
def parent(program: str, directory: Path) -> Iterator[tuple["subprocess.Popen[str]", list[int]]]:
    """A process, and the pids of the process that it has started and of that one's descendants."""
    command = [sys.executable, "-c", program, str(directory)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        soon(lambda: bool(descendants(pid)))
        family = [pid, *descendants(pid)]
        try:
            yield process, family
        finally:
            process.kill()
            for each in family:
                with suppress(ProcessLookupError):
                    os.kill(each, signal.SIGKILL)


def living(family: list[int]) -> list[int]:
    return [pid for pid in family if born_at(pid)]


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_a_child_and_its_descendants_end_with_their_parent(tmp_path: Path, end: signal.Signals) -> None:
    with parent(REAPING + CHILD, tmp_path) as (process, family):
        process.send_signal(end)

        soon(lambda: living(family) == [])


def test_without_the_reaper_a_child_outlives_its_parent(tmp_path: Path) -> None:
    with parent(CHILD, tmp_path) as (process, family):
        process.kill()
        process.wait()

        assert living(family) == family


@pytest.mark.parametrize(
    "program", [POSTGRES, pytest.param(RABBIT, marks=pytest.mark.long)], ids=["postgres", "rabbit"]
)
def test_a_server_ends_with_its_parent(program: str) -> None:
    with temporary_run() as run, parent(REAPING + program, run) as (process, family):
        process.kill()

        soon(lambda: living(family) == [], seconds=20)


@pytest.mark.long
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("workers", ["-n0", "-n1"])
def test_the_servers_of_an_ended_test_run_end(tmp_path: Path, workers: str, end: signal.Signals) -> None:
    note = tmp_path / "pid"
    command = [sys.executable, "-m", "pytest", workers, "-q", "-p", "no:cacheprovider", "tests/sandbox/lasting_run.py"]
    environment = os.environ | {"LASTING_RUN": str(note)}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL) as session:
        soon(lambda: note.exists() and bool(note.read_text()), seconds=60)
        pid = int(note.read_text())
        family = [pid, *descendants(pid)]
        assert len(living(family)) > 1

        session.send_signal(end)

        soon(lambda: living(family) == [], seconds=30)
