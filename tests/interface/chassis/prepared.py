"""Processes forked from a prepared one, which has imported the contracts and the packages that the product uses.

These imports are most of the CPU time of a starting process. The chassis is imported by each process itself, because it
reads time limits when it is imported. A forked process is a child of the test's own, as one that `subprocess` starts.
"""

import ctypes
import importlib
import json
import os
import runpy
import subprocess
import sys
import threading
import warnings
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache

from sandbox.stack.orphans import register

GREEN, PLAIN = "green", "plain"  # with the standard library as eventlet patches it for a service, or as it is
PACKAGES = ("pika", "sqlalchemy.dialects.postgresql", "pydantic_settings", "structlog", "contracts.askers")
OF_KIND = {GREEN: ("nameko.containers", "kombu"), PLAIN: ("psycopg", "asyncio")}
OUTPUTS = (1, 2)  # standard output and standard error
PR_SET_CHILD_SUBREAPER = 36


class ForkedProcess(subprocess.Popen[bytes]):
    """A child of this process that `subprocess` has not started."""

    def __init__(self, arguments: Sequence[str], pid: int) -> None:
        self.args = list(arguments)
        self.pid = pid
        self.returncode = None
        self.stdin = self.stdout = self.stderr = None
        self._waitpid_lock = threading.Lock()
        self._child_created = True


class PreparedProcess:
    """The prepared process, which ends with this one."""

    def __init__(self, kind: str) -> None:
        command = [sys.executable, "-m", __name__, kind]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        register(self._process.pid)

    def fork(self, module: Sequence[str], environment: Mapping[str, str]) -> ForkedProcess:
        """A process as `python -m MODULE ARGUMENT…` with this environment, and with the outputs of this process."""
        assert self._process.stdin
        assert self._process.stdout
        _adopt_orphans(True)
        try:
            outputs = [f"/proc/{os.getpid()}/fd/{number}" for number in OUTPUTS]
            self._process.stdin.write(json.dumps([module, dict(environment), outputs]).encode() + b"\n")
            self._process.stdin.flush()
            pid = int(self._process.stdout.readline())
            self._process.stdout.readline()  # its parent has ended
            return ForkedProcess(module, pid)
        finally:
            _adopt_orphans(False)


@cache
def prepared_process(kind: str) -> PreparedProcess:
    """The prepared process of this session."""
    return PreparedProcess(kind)


def _adopt_orphans(adopt: bool) -> None:
    """Whether what loses its parent among the descendants of this process becomes a child of this process."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, int(adopt), 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")


def _patch() -> None:
    """Begin as `chassis.hosting.run` begins."""
    for unused in ("OpenSSL", "click", "rich", "yaml"):
        sys.modules.setdefault(unused, None)  # type: ignore[arg-type]
    os.environ.setdefault("EVENTLET_NO_GREENDNS", "yes")
    warnings.filterwarnings("ignore", message=r"\nEventlet is deprecated")
    importlib.import_module("eventlet").monkey_patch(psycopg=False)


def _write_to(path: str, number: int) -> None:
    """Let the output with this number go to the file, or stay as it is where that is a socket."""
    with suppress(OSError):
        opened = os.open(path, os.O_WRONLY | os.O_APPEND)
        os.dup2(opened, number)
        os.close(opened)


def _serve(kind: str) -> tuple[list[str], dict[str, str]]:
    """Fork a process for each line of standard input; returns, in each of these, what the line asks for."""
    wait = os.waitpid  # before it is patched
    if kind == GREEN:
        _patch()
    for package in (*PACKAGES, *OF_KIND[kind]):
        importlib.import_module(package)
    answers = open(os.dup(1), "w")  # noqa: SIM115 - until the process ends
    os.dup2(2, 1)
    for line in sys.stdin:
        if not (between := os.fork()):
            if pid := os.fork():
                print(pid, file=answers, flush=True)
                os._exit(0)
            answers.close()
            with open(os.devnull) as nothing:
                os.dup2(nothing.fileno(), 0)
            if kind == GREEN:
                importlib.import_module("eventlet.hubs").use_hub()  # the parent's watches the parent's sockets
            module, environment, outputs = json.loads(line)
            for number, output in zip(OUTPUTS, outputs, strict=True):
                _write_to(output, number)
            return module, environment
        wait(between, 0)
        print(file=answers, flush=True)
    sys.exit(0)


if __name__ == "__main__":
    arguments, variables = _serve(sys.argv[1])
    os.environ.clear()
    os.environ.update(variables)
    sys.argv = arguments
    runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)
