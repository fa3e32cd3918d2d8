"""Writes the output of many programs to one terminal, each line with the program's name, and to one log file each."""

import os
import sys
import threading
from pathlib import Path
from typing import IO, TextIO

COLOURS = (36, 33, 32, 35, 34, 96, 93, 92, 95, 94)
BOLD, RESET = "\x1b[1m", "\x1b[0m"
LONGEST_NAME = 10


class Output:
    """The output of a run. Without `terminal`, only log files are written. While muted, only `say` prints there."""

    def __init__(self, logs: Path, terminal: TextIO | None = sys.stdout) -> None:
        self.muted = False
        self._logs = logs
        self._terminal = terminal
        self._lock = threading.Lock()
        self._files: dict[str, IO[bytes]] = {}
        self._colours = terminal is not None and terminal.isatty() and "NO_COLOR" not in os.environ
        logs.mkdir(mode=0o700, parents=True, exist_ok=True)

    def say(self, text: str) -> None:
        """Print a line of the supervisor to the terminal."""
        with self._lock:
            if self._terminal:
                print(f"{BOLD}{text}{RESET}" if self._colours else text, file=self._terminal, flush=True)

    def line(self, name: str, line: bytes) -> None:
        """Write a line of a program's output to its log file, and to the terminal unless muted."""
        with self._lock:
            self._file(name).write(line if line.endswith(b"\n") else line + b"\n")
            if self._terminal and not self.muted:
                text = line.decode("utf-8", "replace").rstrip("\r\n")
                print(f"{self._prefix(name)} {text}", file=self._terminal, flush=True)

    def log_of(self, name: str) -> Path:
        return self._logs / f"{name}.log"

    def tail(self, name: str, lines: int = 20) -> str:
        path = self.log_of(name)
        return "\n".join(path.read_text("utf-8", "replace").splitlines()[-lines:]) if path.exists() else ""

    def close(self) -> None:
        with self._lock:
            while self._files:
                self._files.popitem()[1].close()

    def _file(self, name: str) -> IO[bytes]:
        if name not in self._files:
            self._files[name] = self.log_of(name).open("ab", buffering=0)
        return self._files[name]

    def _prefix(self, name: str) -> str:
        plain = f"{name:<{LONGEST_NAME}} |"
        if not self._colours:
            return plain
        colour = COLOURS[list(self._files).index(name) % len(COLOURS)]
        return f"\x1b[{colour}m{plain}{RESET}"
