"""Waiting lasts as long as there is progress, and says what is waited for."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from sandbox.stack.process_table import cpu_seconds
from sandbox.stack.waiting import Awaited, Patience, until

SHORT = Patience(without_progress=0.6, at_most=60, first_report=0.3, report_every=0.3)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "slow.log"


def test_a_process_that_makes_progress_is_waited_for_however_long_it_takes(log: Path) -> None:
    said: list[str] = []
    began = time.monotonic()
    ready = threading.Event()

    def start_slowly() -> None:
        for step in range(12):
            with log.open("a") as file:
                file.write(f"step {step}\n\n")
            time.sleep(0.2)
        ready.set()

    slow = threading.Thread(target=start_slowly)
    slow.start()
    until(ready.is_set, awaited(log), abort=lambda: None, say=said.append, patience=SHORT)
    slow.join()

    assert time.monotonic() - began > 3 * SHORT.without_progress
    assert said[0] == "still waiting for slow (0 s): step 1"
    assert 4 <= len(said) <= 8


def test_a_process_without_progress_is_given_up_with_the_log_to_read(log: Path) -> None:
    with pytest.raises(TimeoutError, match=rf"slow was not ready and has made no progress for 1 s; see {log}\."):
        until(lambda: False, awaited(log), abort=lambda: None, patience=SHORT)


def test_a_process_that_computes_silently_makes_progress(log: Path) -> None:
    busy = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        watched = Awaited(name="busy", pid=lambda: busy.pid, log=log)
        before, began = watched.progress(), time.monotonic()
        while watched.progress() == before:
            assert time.monotonic() - began < 60
            time.sleep(0.05)
    finally:
        busy.kill()
        busy.wait()
    assert cpu_seconds(os.getpid()) > 0
    assert cpu_seconds(busy.pid) == 0


def test_even_progress_has_an_upper_bound(log: Path) -> None:
    log.write_text("x")

    def never() -> bool:
        with log.open("a") as file:
            file.write("x")
        return False

    with pytest.raises(TimeoutError, match="slow was not ready after"):
        until(never, awaited(log), abort=lambda: None, patience=Patience(without_progress=5, at_most=1))


def test_a_reason_to_abort_ends_the_wait_at_once(log: Path) -> None:
    with pytest.raises(RuntimeError, match="it keeps ending"):
        until(lambda: False, awaited(log), abort=lambda: "it keeps ending")


def awaited(log: Path) -> Awaited:
    return Awaited(name="slow", pid=lambda: None, log=log)
