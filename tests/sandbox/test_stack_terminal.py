"""The terminal: a reader that is gone or has stopped reading holds up nobody."""

import io
import os
import pty
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from sandbox.stack.signals import handled_signals
from sandbox.stack.terminal import Terminal

SAYING = "from sandbox.stack.terminal import say\n"
WALKING = """
import sys
from rich.console import Console
from sandbox.stack.terminal import UnbreakableStream
say = Console(file=UnbreakableStream(sys.stdout)).print
"""
ELSEWHERE = """
import signal, threading, time
from sandbox.stack.signals import handled_signals
ended = threading.Event()
def send():
    time.sleep(0.3)
    signal.pthread_kill(threading.get_ident(), signal.SIGTERM)
    time.sleep(60)
with handled_signals(ended.set, again=ended.set):
    threading.Thread(target=send, daemon=True).start()
    ended.wait()
print('ended')
"""
WORDS = """
import sys, time
time.sleep(0.2)
for number in range(3):
    say('hello')
sys.exit(7)
"""


def test_lines_are_written_in_their_order() -> None:
    stream = io.StringIO()
    terminal = Terminal(stream)

    for number in range(1000):
        terminal.write(str(number))
    terminal.drain()

    assert stream.getvalue().split() == [str(number) for number in range(1000)]


@pytest.mark.parametrize("kind", ["a closed pipe", "a lost terminal", "a full disk", "a closed stream"])
def test_a_reader_that_is_gone_is_no_error(kind: str, tmp_path: Path) -> None:
    if kind == "a full disk":
        descriptor = os.open("/dev/full", os.O_WRONLY)
    else:
        other, descriptor = pty.openpty() if kind == "a lost terminal" else os.pipe()
        os.close(other)
    with open(descriptor, "w", encoding="utf-8") as stream:
        if kind == "a closed stream":
            stream.close()
        terminal = Terminal(stream)

        terminal.write("nobody reads this")
        terminal.drain()
        terminal.write("nor this")

        assert terminal.lost


def test_a_reader_that_has_stopped_reading_holds_up_nobody() -> None:
    reading, writing = os.pipe()
    lines: list[str] = []
    reader = threading.Thread(target=lambda: lines.extend(os.fdopen(reading, encoding="utf-8")), daemon=True)
    with open(writing, "w", encoding="utf-8") as stream:
        terminal = Terminal(stream, most=100)
        began = time.monotonic()
        for number in range(10_000):
            terminal.write(f"{number} {'x' * 1000}")
        terminal.write("the last word", always=True)
        assert time.monotonic() - began < 2

        reader.start()
        terminal.drain(10)
    reader.join(10)

    assert lines[0].startswith("0 x")
    assert lines[-2] == "the last word\n"
    assert "lines are left out here" in lines[-1]


def test_a_terminal_that_does_not_block_gets_every_line() -> None:
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with open(writing, "w", encoding="utf-8") as stream:
        terminal = Terminal(stream)
        for number in range(1000):
            terminal.write(f"{number} {'x' * 1000}")
        time.sleep(0.2)
        lines: list[str] = []
        reader = threading.Thread(target=lambda: lines.extend(os.fdopen(reading, encoding="utf-8")), daemon=True)
        reader.start()
        terminal.drain(10)
    reader.join(10)

    assert [line.split()[0] for line in lines] == [str(number) for number in range(1000)]


@pytest.mark.parametrize("how", [SAYING, WALKING], ids=["a command", "the walk"])
def test_a_command_whose_reader_is_gone_ends_with_its_own_exit_code(how: str) -> None:
    pipe = subprocess.PIPE
    command = subprocess.Popen([sys.executable, "-c", how + WORDS], stdout=pipe, stderr=pipe, text=True)
    assert command.stdout
    command.stdout.close()

    assert command.wait(timeout=20) == 7
    assert command.stderr
    assert command.stderr.read() == ""


def test_a_signal_is_handled_while_the_main_thread_waits_and_another_thread_receives_it() -> None:
    done = subprocess.run([sys.executable, "-c", ELSEWHERE], capture_output=True, text=True, timeout=20, check=False)

    assert (done.stdout, done.stderr, done.returncode) == ("ended\n", "", 0)


def test_a_second_signal_is_handled_while_the_first_is_at_work() -> None:
    hurried = threading.Event()

    def work() -> None:
        hurried.wait(20)

    with handled_signals(work, again=hurried.set):
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0.1)
        os.kill(os.getpid(), signal.SIGTERM)

        assert hurried.wait(5)


def test_a_hangup_that_is_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    ended = threading.Event()
    try:
        with handled_signals(ended.set, again=ended.set):
            os.kill(os.getpid(), signal.SIGHUP)

            assert not ended.wait(0.2)
    finally:
        signal.signal(signal.SIGHUP, before)
