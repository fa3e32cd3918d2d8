"""No test replaces a function of the standard library for the whole process: stand-ins run in threads of the process.

A stand-in whose event loop reads a replaced `time.monotonic` sets its timers by that clock: on a machine that has run
for less time than the test's clock shows, the stand-in waits for minutes and does not end.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.parsed import parsed

TESTS = Path(__file__).resolve().parents[1]
# What no other thread reads.
ALLOWED = {"sys.stdin", "os.geteuid"}
# The simulation's worker, which takes its own process over and refuses to work in any other.
TAKES_OVER = "simulation/seeded.py"
REPLACE = {"setattr", "delattr", "patch", "object"}  # of pytest's monkeypatch, of Python and of unittest.mock


def test_no_test_replaces_what_every_thread_reads() -> None:
    replaced = {
        f"{path.relative_to(TESTS)}: {name}"
        for path in TESTS.rglob("*.py")
        for name in replaced_of_the_standard_library(path.read_text())
    }
    of_the_worker = {each for each in replaced if each.startswith(f"{TAKES_OVER}: ")}

    assert {each for each in replaced - of_the_worker if each.rpartition(": ")[2] not in ALLOWED} == set()
    assert of_the_worker == {f"{TAKES_OVER}: {name}" for name in ("os.urandom", "random._urandom", "time.monotonic")}


def test_only_the_worker_of_the_simulation_takes_its_process_over() -> None:
    calls = [path for path in TESTS.rglob("*.py") if "take_over()" in path.read_text()]

    assert {str(path.relative_to(TESTS)) for path in calls} == {
        TAKES_OVER, "simulation/worker.py", "simulation/test_simulation.py", "architecture/test_replaced_functions.py",
    }  # fmt: skip


def test_each_way_of_replacing_is_noticed() -> None:
    source = """
import time
import os as system
from os import path
monkeypatch.setattr(time, "sleep", print)
monkeypatch.setattr("chassis.ttl_cache.time.monotonic", print)
setattr(system, "fork", print)
patch.setattr(path, "exists", print)
monkeypatch.delattr("socket.socket")
mock.patch("chassis.locks.threading.Lock", print)
mock.patch.object(time, "time", print)
monkeypatch.setattr("chassis.ttl_cache.monotonic", print)
monkeypatch.setattr(module, "monotonic", print)
"""

    assert list(replaced_of_the_standard_library(source)) == [
        "time.sleep", "time.monotonic", "os.fork", "os.path.exists", "socket.socket", "threading.Lock", "time.time",
    ]  # fmt: skip


def replaced_of_the_standard_library(source: str) -> Iterator[str]:
    """The functions and classes of the standard library that a module replaces."""
    tree = parsed(source)
    modules = dict(imported_modules(tree))
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and name_of(call.func) in REPLACE:
            target = " ".join(ast.unparse(argument).strip("'\"") for argument in call.args[:2])
            yield from standard(target, modules)


def standard(target: str, modules: dict[str, str]) -> Iterator[str]:
    """The dotted name in `target`, from a module of the standard library on; nothing if there is none.

    `target` is the text of the first two arguments: `time sleep`, or a path and the new value.
    """
    path, _, second = target.partition(" ")
    parts = path.split(".")
    if parts[0] in modules:
        parts = [*modules[parts[0]].split("."), *parts[1:], second]
        if parts[0] in sys.stdlib_module_names:
            yield ".".join(parts)
        return
    for position, part in enumerate(parts[:-1]):
        if part in sys.stdlib_module_names:
            yield ".".join(parts[position:])
            return


def imported_modules(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """The names that a module's imports bind, and what each name stands for."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for each in node.names:
                top = each.name.partition(".")[0]
                yield each.asname or top, each.name if each.asname else top
        if isinstance(node, ast.ImportFrom):
            for each in node.names:
                yield each.asname or each.name, f"{node.module}.{each.name}"


def name_of(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
