"""Both drivers under eventlet: green threads run while one waits, a silent connection ends, and so does late work."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, get_args

import pytest

from chassis.settings import Driver
from sandbox.chaos.tcp_proxy import proxied

DRIVERS = pytest.mark.parametrize("driver", get_args(Driver))
LIMITS = {"ANSWER": 2.5, "LOCK": 1.5}
WAITERS = 3


@pytest.fixture(scope="module")
def url(new_database: Callable[[str], str]) -> str:
    return new_database("green")


@contextmanager
def program(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """The program with green threads, under short limits."""
    modules = ("tests.interface.chassis.with_limits", "tests.interface.chassis.green_waits")
    process = subprocess.Popen(
        [sys.executable, "-m", *modules, *arguments],
        env={**os.environ, "TIME_LIMITS": json.dumps(LIMITS)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def result(process: subprocess.Popen[str]) -> Any:
    """What the program prints next, beside its log."""
    assert process.stdout
    return json.loads(next(line for line in process.stdout if line.startswith("{")))


def go_on(process: subprocess.Popen[str]) -> None:
    assert process.stdin
    process.stdin.write("\n")
    process.stdin.flush()


@DRIVERS
def test_green_threads_run_while_one_waits_for_the_database(driver: str, url: str) -> None:
    with program(driver, url, "side_by_side") as process:
        assert result(process) == {"got the lock": WAITERS, "silent": 0}


@DRIVERS
def test_without_the_green_wait_the_first_one_to_wait_stops_all(driver: str, url: str) -> None:
    with program(driver, url, "side_by_side", "blocking") as process:
        assert result(process)["got the lock"] < WAITERS


@DRIVERS
def test_a_statement_and_a_connection_attempt_end_at_the_bound_where_the_database_is_silent(
    driver: str, url: str
) -> None:
    with proxied(url) as proxy, program(driver, proxy.url, "silent") as process:
        assert result(process) == {"connected": True}
        proxy.hold(new_ones=True)
        go_on(process)
        ends = result(process)

    assert ends["silent"] == 2
    assert {end["error"] for end in ends["ended"]} == {f"{driver.capitalize()}Silent"}
    assert [end["invalidated"] for end in ends["ended"]] == [True, False]
    for end in ends["ended"]:
        assert LIMITS["ANSWER"] <= end["seconds"] < LIMITS["ANSWER"] + 2


@DRIVERS
def test_without_the_green_wait_a_silent_connection_does_not_end(driver: str, url: str) -> None:
    with proxied(url) as proxy, program(driver, proxy.url, "silent", "blocking") as process:
        assert result(process) == {"connected": True}
        proxy.hold(new_ones=True)
        go_on(process)

        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(LIMITS["ANSWER"] + 2)


@DRIVERS
def test_late_work_closes_the_connection_that_waits(driver: str, url: str) -> None:
    with program(driver, url, "late") as process:
        assert result(process) == {"closed": True, "then": 1, "silent": 0}
