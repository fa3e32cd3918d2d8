"""A private epmd, Erlang's directory of node names: on a port of its own, on loopback, never the machine's."""

import os
import shutil
from contextlib import suppress
from pathlib import Path

from sandbox.stack.child_process import ChildProcess, end_earlier_process
from sandbox.stack.ports import LOOPBACK, Ports, answers
from sandbox.stack.run_directory import run_directory
from sandbox.stack.waiting import Awaited, until

USUAL_PLACES = ("/usr/lib/erlang", "/usr/local/lib/erlang", "/opt/homebrew/lib/erlang")


class Epmd:
    """A private epmd with its pid and log in `directory`."""

    def __init__(self, directory: Path, ports: Ports) -> None:
        self._directory = run_directory(directory)
        self._note, self._log = directory / "epmd.pid", directory / "epmd.log"
        self.port = ports.choose("Erlang's directory of nodes")
        self._process: ChildProcess | None = None

    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start epmd, and wait until it answers."""
        if self.alive():
            return
        end_earlier_process(self._note)
        with self._log.open("ab") as log:
            argv = [find_epmd(), "-port", str(self.port), "-address", LOOPBACK]
            environment = {"PATH": os.environ.get("PATH", os.defpath)}
            self._process = ChildProcess(argv, env=environment, note=self._note, stdout=log.fileno())
        awaited = Awaited(name="epmd", pid=lambda: self._process.pid if self._process else None, log=self._log)
        until(
            lambda: answers(self.port), awaited, abort=lambda: None if self.alive() else f"epmd ended; see {self._log}"
        )

    def close(self) -> None:
        """End epmd; nodes that run do not notice."""
        if self._process:
            self._process.end(grace=2.0)


def find_epmd() -> str:
    """The program, on PATH or where Erlang's packages put it. Raises RuntimeError where it is not."""
    if on_path := shutil.which("epmd"):
        return on_path
    for place in USUAL_PLACES:
        with suppress(StopIteration):
            return str(next(Path(place).glob("erts-*/bin/epmd")))
    raise RuntimeError("epmd is not installed. It comes with Erlang; a cluster of RabbitMQ nodes needs it.")
