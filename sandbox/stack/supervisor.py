"""Runs named programs: shows and stores their output, restarts crashed programs, and ends all in reverse order."""

import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from signal import SIGKILL, SIGTERM, Signals
from types import TracebackType
from typing import Self, TextIO

from sandbox.stack.child_process import ChildProcess
from sandbox.stack.managed_process import Backoff, ManagedProcess, describe
from sandbox.stack.output import Output
from sandbox.stack.run_directory import run_directory
from sandbox.stack.waiting import PATIENCE, Awaited, Patience, ProgressWatch


class Supervisor:
    """Supervises programs until `close` or the end of a `with` block. Logs are in `<run>/logs/<name>.log`."""

    def __init__(
        self,
        run: Path,
        *,
        terminal: TextIO | None = sys.stdout,
        grace: float = 12.0,
        backoff: Backoff = Backoff(),  # noqa: B008 - frozen
    ) -> None:
        self._run = run_directory(run)
        self._notes = run_directory(self._run / "pids")
        self.output = Output(self._run / "logs", terminal)
        self._grace, self._backoff = grace, backoff
        self._lock = threading.RLock()
        self._programs: dict[str, ManagedProcess] = {}
        self._closing = threading.Event()
        self._hurry = threading.Event()

    def start(
        self, name: str, argv: Sequence[str], env: Mapping[str, str] | None = None, *, cwd: Path | None = None
    ) -> None:
        """Start a program under an unused name. `env` is its whole environment, by default that of this process."""
        with self._lock:
            if self._closing.is_set():
                raise RuntimeError("The supervisor is closing.")
            if name in self._programs:
                raise ValueError(f"{name} is already supervised; restart it.")
            program = ManagedProcess(
                name, list(argv), env=dict(os.environ if env is None else env), cwd=cwd,
                note=self._notes / name, output=self.output, backoff=self._backoff,
            )  # fmt: skip
            program.start()
            self._programs[name] = program

    def run(
        self,
        name: str,
        argv: Sequence[str],
        env: Mapping[str, str] | None = None,
        *,
        cwd: Path | None = None,
        patience: Patience = PATIENCE,
        echo: bool = True,
    ) -> list[str]:
        """Run a program to its end; returns its output by line.

        Raises RuntimeError unless the program exits with 0, and where the program makes no progress any more. Output
        that may contain passwords is neither printed nor logged where `echo` is False.
        """
        with self._lock:
            if self._closing.is_set():
                raise RuntimeError("The supervisor is closing.")
            process = ChildProcess(
                argv, env=os.environ if env is None else env, cwd=cwd, note=self._notes / name, stdout=subprocess.PIPE
            )
        reasons: list[str] = []
        watch = ProgressWatch(
            Awaited(name=name, pid=lambda: process.pid, log=self.output.log_of(name)),
            say=self.output.say,
            patience=patience,
        )
        minding = threading.Thread(target=self._mind, args=(process, watch, reasons), daemon=True)
        minding.start()
        lines: list[str] = []
        try:
            with process.output as output:
                for line in output:
                    if echo:
                        self.output.line(name, line)
                    lines.append(line.decode("utf-8", "replace").rstrip("\r\n"))
            code = process.wait()
        finally:
            process.end(grace=self._grace)
        if reasons:
            raise RuntimeError(reasons[0])
        if code:
            tail = "\n".join(f"  {line}" for line in lines[-20:])
            raise RuntimeError(f"{name} failed ({describe(code)}):\n{tail}")
        return lines

    def kill(self, name: str, sig: Signals = SIGKILL) -> None:
        """Send a signal to a program's process group. A program that the signal ends is restarted, as after a crash."""
        self._program(name).send(sig)

    def stop(self, name: str, *, sig: Signals = SIGTERM) -> None:
        """End a program, which stays ended until `restart`."""
        self._program(name).halt(sig=sig, grace=self._grace)

    def restart(self, name: str) -> None:
        """End a program in an orderly way, if it runs, and start it again."""
        program = self._program(name)
        program.halt(grace=self._grace)
        with self._lock:
            if not self._closing.is_set():
                program.start()

    def alive(self, name: str) -> bool:
        return self._program(name).process is not None

    def pid(self, name: str) -> int | None:
        process = self._program(name).process
        return process.pid if process else None

    def crashes(self, name: str) -> int:
        """The number of times that the program has ended without `stop`, `restart` or `close`."""
        return self._program(name).crashes

    def awaited(self, name: str) -> Awaited:
        """The program's name, pid and log, with which `until` waits for the program."""
        return Awaited(name=name, pid=lambda: self.pid(name), log=self.output.log_of(name))

    def names(self) -> list[str]:
        return list(self._programs)

    @property
    def closing(self) -> bool:
        return self._closing.is_set()

    def hurry(self) -> None:
        """Kill the programs that `close` is still waiting for."""
        self._hurry.set()

    def close(self) -> None:
        """End all programs in reverse order of their start: SIGTERM to each process group, SIGKILL after `grace`."""
        self._closing.set()
        with self._lock:
            programs = list(reversed(self._programs.values()))
        impatient = threading.Thread(target=self._kill_in_a_hurry, args=(programs,), daemon=True)
        impatient.start()
        for program in programs:
            program.halt(grace=self._grace)
        self._hurry.set()
        impatient.join()
        self.output.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _program(self, name: str) -> ManagedProcess:
        with self._lock:
            return self._programs[name]

    def _kill_in_a_hurry(self, programs: Sequence[ManagedProcess]) -> None:
        self._hurry.wait()
        for program in programs:
            program.kill_now()

    def _mind(self, process: ChildProcess, watch: ProgressWatch, reasons: list[str]) -> None:
        """End the process when the supervisor closes, and kill it where it makes no progress any more."""
        while process.poll() is None:
            if self._closing.wait(0.2):
                process.end(grace=self._grace)
            elif reason := watch.reason_to_give_up():
                reasons.append(reason)
                process.kill()
