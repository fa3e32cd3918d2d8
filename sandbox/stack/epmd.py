"""A private epmd, Erlang's directory of node names: on a port of its own, on loopback, never the machine's."""

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import ClassVar, Self

from sandbox.stack.child_process import ChildProcess, end_earlier_process
from sandbox.stack.ports import LOOPBACK, answers
from sandbox.stack.private_server import PrivateServer
from sandbox.stack.run_directory import run_directory
from sandbox.stack.waiting import PATIENCE

USUAL_PLACES = ("/usr/lib/erlang", "/usr/local/lib/erlang", "/opt/homebrew/lib/erlang")


class Epmd(PrivateServer):
    """A private epmd with its pid and log in `directory`. Nodes that run do not notice its end."""

    NAME = "Erlang's directory of nodes"
    STOP_SECONDS: ClassVar[float] = 2.0

    def __init__(self, directory: Path, *, say: Callable[[str], None] = lambda _: None) -> None:
        directory = run_directory(directory)
        super().__init__(directory / "epmd.log", patience=PATIENCE, say=say)
        self.port = self._ports.choose(self.NAME)
        self._note = directory / "epmd.pid"

    def start(self) -> Self:
        """Start epmd, and wait until it accepts connections. Raises RuntimeError where it is not installed."""
        if self.alive():
            return self
        end_earlier_process(self._note)
        with self.log.open("ab") as log:
            self._log_start = log.tell()
            argv = [find_epmd(), "-port", str(self.port), "-address", LOOPBACK]
            environment = {"PATH": os.environ.get("PATH", os.defpath)}
            self._process = ChildProcess(argv, env=environment, note=self._note, stdout=log.fileno())
        self._until(lambda: answers(self.port))
        return self


def find_epmd() -> str:
    """The program, on PATH or where Erlang's packages put it. Raises RuntimeError where it is not."""
    if on_path := shutil.which("epmd"):
        return on_path
    for place in USUAL_PLACES:
        with suppress(StopIteration):
            return str(next(Path(place).glob("erts-*/bin/epmd")))
    raise RuntimeError("epmd is not installed. It comes with Erlang; a cluster of RabbitMQ nodes needs it.")
