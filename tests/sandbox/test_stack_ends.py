"""The stack ends on a signal, a lost run directory or `down`, whatever has become of its terminal; nothing is left."""

import os
import pty
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from sandbox.stack.process_table import born_at, running_pid
from sandbox.stack.run_claim import RunClaim
from sandbox.stack.run_directory import run_directory, temporary_run
from sandbox.stack.stack_config import DEFAULT_PORTS, ROOT
from tests.sandbox.small_system import Servers, given, running_up, stack_command, started
from tests.sandbox.soon import soon

OWN_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""


def test_the_stack_stays_until_down_ends_it(servers: Servers) -> None:
    with temporary_run() as run, given(servers) as env, running_up(run, env) as up:
        pids = started(run)
        assert len(pids) == 9

        down = subprocess.run(
            [sys.executable, "-m", "sandbox.stack", "--directory", str(run), "down"],
            cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

        assert "The stack has ended." in down.stdout
        assert up.wait(timeout=5) == 0
        assert [pid for pid in pids if born_at(pid)] == []


def test_an_interrupt_during_the_start_leaves_nothing(servers: Servers) -> None:
    with temporary_run() as run, given(servers) as env:
        up = subprocess.Popen(stack_command(run, "up"), env=env, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert up.stdout
        for line in up.stdout:
            if "starting the services" in line:
                up.send_signal(signal.SIGINT)
                break
        up.stdout.read()

        assert up.wait(timeout=30) == 130
        nothing_is_left(run)


def test_an_interrupt_ends_the_stack_after_the_reader_of_its_output_has_ended(servers: Servers) -> None:
    """As `make up | tee log` at Ctrl-C: `tee` ends first."""
    with temporary_run() as run, given(servers) as env, running_up(run, env) as up:
        pids = started(run)
        assert up.stdout
        up.stdout.close()
        up.send_signal(signal.SIGINT)

        assert up.wait(timeout=30) == 0
        assert (run / "stderr").read_text() == ""
        assert [pid for pid in pids if born_at(pid)] == []
        nothing_is_left(run)


@pytest.mark.long
def test_the_stack_ends_when_its_terminal_is_lost(servers: Servers) -> None:
    with temporary_run() as run, given(servers) as env:
        ours, theirs = pty.openpty()
        up = subprocess.Popen(
            [sys.executable, "-c", OWN_TERMINAL, *stack_command(run, "up")],
            env=env, cwd=ROOT, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
        )  # fmt: skip
        os.close(theirs)
        reader = threading.Thread(target=read_until, args=(ours, b"Ctrl-C ends"))
        reader.start()
        reader.join(30)
        pids = started(run)
        os.close(ours)

        assert up.wait(timeout=30) == 0
        assert len(pids) == 9
        assert [pid for pid in pids if born_at(pid)] == []
        nothing_is_left(run)


@pytest.mark.long
def test_the_stack_starts_and_ends_while_its_output_cannot_be_written(servers: Servers) -> None:
    with temporary_run() as run, given(servers) as env, open("/dev/full", "w") as full:
        with running_up(run, env, stdout=full) as up:
            up.send_signal(signal.SIGTERM)

            assert up.wait(timeout=30) in {0, 130}, (run / "stderr").read_text()
        nothing_is_left(run)


@pytest.mark.long
def test_the_walk_decides_the_exit_code_also_where_nobody_reads(servers: Servers) -> None:
    with temporary_run() as run, given(servers) as env:
        up = subprocess.Popen(stack_command(run, "up", "--once"), env=env, cwd=ROOT, stdout=subprocess.PIPE)
        assert up.stdout
        up.stdout.close()

        assert up.wait(timeout=60) == 7


@pytest.mark.parametrize(
    "deed", ["removed", *(pytest.param(deed, marks=pytest.mark.long) for deed in ("emptied", "moved", "replaced"))]
)
def test_the_stack_ends_when_its_run_directory_is_gone(servers: Servers, deed: str) -> None:
    with temporary_run() as around, given(servers) as env:
        run = around / "run"
        run.mkdir()
        with running_up(run, env, stderr=around / "stderr") as up:
            pids = started(run)
            if deed == "emptied":
                subprocess.run(f"rm -rf {run}/* {run}/.[!.]*", shell=True, check=False)
            elif deed == "moved":
                run.rename(around / "elsewhere")
            else:
                shutil.rmtree(run, ignore_errors=True)
            if deed == "replaced":
                RunClaim(run_directory(run))

            assert up.stdout
            assert f"{run} is gone, so everything that was started ends." in up.stdout.read()
            assert up.wait(timeout=30) == 1
            assert len(pids) == 9
            assert [pid for pid in pids if born_at(pid)] == []
            assert run.exists() == (deed in {"emptied", "replaced"})
            assert (around / "stderr").read_text() == ""


@pytest.mark.long
def test_the_nodes_of_a_removed_run_directory_end_too() -> None:
    """PostgreSQL and RabbitMQ, whose data are gone; nothing is written into the place where they were."""
    with temporary_run() as around:
        run = around / "run"
        run.mkdir()
        env = os.environ | dict.fromkeys(DEFAULT_PORTS, "0")
        with running_up(run, env, stderr=around / "stderr") as up:
            nodes = [running_pid(run / note) for note in ("rabbit/rabbit.pid", "postgres/postgres.pid")]
            home = (run / "postgres" / "home").resolve()
            shutil.rmtree(run, ignore_errors=True)

            assert up.wait(timeout=90) == 1
            assert all(nodes)
            assert [pid for pid in nodes if pid and born_at(pid)] == []
            assert not run.exists()
            assert not home.exists()


def test_down_ends_what_a_killed_stack_has_left_behind(servers: Servers) -> None:
    with temporary_run() as run, given(servers) as env, running_up(run, env) as up:
        pids = started(run)
        up.kill()
        up.wait()
        assert [pid for pid in pids if born_at(pid)] == pids

        command = stack_command(run, "down")
        down = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)

        ended = f"What an earlier one had left behind has ended: {len(pids)} processes."
        assert down.stdout == f"No stack runs in {run}. {ended}\n"
        assert [pid for pid in pids if born_at(pid)] == []


def test_a_service_in_a_terminal_ends_with_the_stack(servers: Servers) -> None:
    with temporary_run() as run, given(servers) as env, running_up(run, env) as up:
        with subprocess.Popen(stack_command(run, "run", "rooms"), cwd=ROOT, stdout=subprocess.PIPE, text=True) as rooms:
            assert rooms.stdout
            assert "rooms runs here" in rooms.stdout.readline()
            up.send_signal(signal.SIGTERM)

            assert rooms.wait(timeout=20) == -signal.SIGTERM
        assert up.wait(timeout=20) == 0


def read_until(descriptor: int, words: bytes) -> None:
    text = b""
    while words not in text:
        text += os.read(descriptor, 4096)


def nothing_is_left(run: Path) -> None:
    soon(lambda: not any((run / "pids").iterdir()))
    assert not (run / "stack.pid").exists()
    assert not (run / "stack.json").exists()
