"""Writes the output of many programs to one terminal, each line with the program's name, and to one log file each."""

import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import IO, TextIO

from sandbox.stack.run_directory import log_since
from sandbox.stack.terminal import Terminal

COLOURS = (36, 33, 32, 35, 34, 96, 93, 92, 95, 94)
BOLD, RESET = "\x1b[1m", "\x1b[0m"
LONGEST_NAME = 10


class Output:
    """The output of a run. Without `terminal`, only log files are written. While muted, no program's line is printed.

    Neither a lost terminal nor a log file that cannot be written is an error: the programs go on.
    """

    def __init__(self, logs: Path, terminal: TextIO | None = sys.stdout) -> None:
        self.muted = False
        self._logs = logs
        self._terminal = Terminal(terminal) if terminal else None
        self._lock = threading.Lock()
        self._files: dict[str, IO[bytes]] = {}
        self._names: list[str] = []
        self._unwritable = False
        logs.mkdir(mode=0o700, parents=True, exist_ok=True)

    @property
    def coloured(self) -> bool:
        """Whether the terminal shows colours."""
        return self._terminal is not None and self._terminal.coloured

    def say(self, text: str) -> None:
        """Print a line of the supervisor to the terminal."""
        if self._terminal:
            self._terminal.write(f"{BOLD}{text}{RESET}" if self.coloured else text, always=True)

    def show(self, text: str) -> None:
        """Print a text to the terminal as it is."""
        if self._terminal:
            self._terminal.write(text, always=True)

    def line(self, name: str, line: bytes) -> None:
        """Write a line of a program's output to its log file, and to the terminal unless muted."""
        try:
            with self._lock:
                self._file(name).write(line if line.endswith(b"\n") else line + b"\n")
        except OSError as error:
            self._say_once_that_logs_fail(error)
        if self._terminal and not self.muted:
            text = line.decode("utf-8", "replace").rstrip("\r\n")
            self._terminal.write(f"{self._prefix(name)} {text}")

    def log_of(self, name: str) -> Path:
        return self._logs / f"{name}.log"

    def tail(self, name: str, lines: int = 20) -> str:
        path = self.log_of(name)
        return log_since(path, 0, lines=lines) if path.exists() else ""

    def drain(self) -> None:
        """Wait a moment until the terminal has been written."""
        if self._terminal:
            self._terminal.drain()

    def close(self) -> None:
        """Close the log files; the terminal can still be written to."""
        with self._lock:
            while self._files:
                with suppress(OSError):
                    self._files.popitem()[1].close()
        self.drain()

    def _file(self, name: str) -> IO[bytes]:
        if name not in self._files:
            self._files[name] = self.log_of(name).open("ab", buffering=0)
        return self._files[name]

    def _say_once_that_logs_fail(self, error: OSError) -> None:
        if not self._unwritable:
            self._unwritable = True
            self.say(f"the log files in {self._logs} cannot be written: {error.strerror}")

    def _prefix(self, name: str) -> str:
        plain = f"{name:<{LONGEST_NAME}} |"
        if not self.coloured:
            return plain
        with self._lock:
            if name not in self._names:
                self._names.append(name)
            colour = COLOURS[self._names.index(name) % len(COLOURS)]
        return f"\x1b[{colour}m{plain}{RESET}"
