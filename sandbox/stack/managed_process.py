"""One supervised program, which is running, waiting for a restart after a crash, or halted."""

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from signal import SIGTERM, Signals
from subprocess import PIPE

from sandbox.stack.child_process import ChildProcess, end_earlier_process
from sandbox.stack.output import Output
from sandbox.stack.process_table import running_pid


@dataclass(frozen=True)
class Backoff:
    """The seconds before a restart: doubled by each crash up to `most`, reset after `steady` seconds of running."""

    first: float = 0.2
    most: float = 10.0
    steady: float = 20.0

    def after(self, crashes: int) -> float:
        return min(self.first * 2.0 ** min(crashes - 1, 30), self.most)


class ManagedProcess:
    """A supervised program; used only by the supervisor, whose methods take the program's name."""

    def __init__(
        self,
        name: str,
        argv: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: Path | None,
        note: Path,
        output: Output,
        backoff: Backoff,
    ) -> None:
        self.name = name
        self.crashes = 0
        self._argv, self._env, self._cwd, self._note = argv, env, cwd, note
        self._output, self._backoff = output, backoff
        self._lock = threading.Lock()
        self._halt = threading.Event()
        self._process: ChildProcess | None = None
        self._watcher: threading.Thread | None = None
        self._copier: threading.Thread | None = None

    @property
    def process(self) -> ChildProcess | None:
        """The process, or None while the program is not running."""
        process = self._process
        return process if process and process.poll() is None else None

    def start(self) -> None:
        end_earlier_process(self._note)
        self._halt = threading.Event()
        self._spawn()
        self._watcher = threading.Thread(target=self._watch, args=(self._halt,), name=f"watch-{self.name}", daemon=True)
        self._watcher.start()

    def send(self, sig: Signals) -> None:
        if process := self.process:
            process.send(sig)

    def halt(self, *, sig: Signals = SIGTERM, grace: float) -> None:
        """End the program and do not restart it; kill it after `grace` seconds."""
        with self._lock:
            self._halt.set()
            process = self._process
        if process:
            process.end(sig=sig, grace=grace)
        if self._watcher:
            self._watcher.join()

    def kill_now(self) -> None:
        """Kill the program at once and do not restart it."""
        with self._lock:
            self._halt.set()
        if process := self.process:
            process.kill()

    def _spawn(self) -> None:
        self._process = ChildProcess(self._argv, env=self._env, cwd=self._cwd, note=self._note, stdout=PIPE)
        name = f"copy-{self.name}"
        self._copier = threading.Thread(target=self._copy, args=(self._process,), name=name, daemon=True)
        self._copier.start()

    def _copy(self, process: ChildProcess) -> None:
        with process.output as lines:
            for line in lines:
                self._output.line(self.name, line)

    def _watch(self, halt: threading.Event) -> None:
        recent = 0
        while True:
            process, since = self._process, time.monotonic()
            assert process is not None
            code = process.wait()
            if self._copier:
                self._copier.join(timeout=2)
            if halt.is_set():
                return
            self.crashes += 1
            recent = 1 if time.monotonic() - since > self._backoff.steady else recent + 1
            delay = self._backoff.after(recent)
            self._output.say(f"{self.name} ended ({describe(code)}); starting it again in {delay:.1f} s")
            if halt.wait(delay):
                return
            held = self._note.with_suffix(".held")
            while running_pid(held):  # `run` has this program in a terminal
                if halt.wait(0.2):
                    return
            held.unlink(missing_ok=True)
            if not self._spawn_again(halt):
                return

    def _spawn_again(self, halt: threading.Event) -> bool:
        """Start the program again, and repeat until the start succeeds. Returns False once the program is halted."""
        while True:
            with self._lock:
                if halt.is_set():
                    return False
                try:
                    self._spawn()
                except OSError as error:
                    self._output.say(f"{self.name} cannot be started: {error}")
                else:
                    return True
            halt.wait(self._backoff.most)


def describe(code: int | None) -> str:
    """The exit code as text, such as `exit code 1` or `killed by SIGKILL`."""
    if code is not None and code < 0:
        return f"killed by {Signals(-code).name}" if -code in set(Signals) else f"killed by signal {-code}"
    return f"exit code {code}"
