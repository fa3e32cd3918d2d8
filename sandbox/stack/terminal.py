"""A terminal, pipe or file that people read. Nothing that controls the stack waits for it or fails with it."""

import io
import os
import select
import sys
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import TextIO

MOST_LINES = 10_000


class Terminal:
    """Writes lines from a thread of its own.

    If the reader is gone (a closed pipe, a lost terminal, a full disk), only the writing ends. While a reader does not
    read, up to `most` lines wait. Further lines are left out, and a line afterwards says so.
    """

    def __init__(self, stream: TextIO, *, most: int = MOST_LINES) -> None:
        self.coloured = _isatty(stream) and "NO_COLOR" not in os.environ
        self._put = _writer(stream)
        self._most = most
        self._lines: deque[str] = deque()
        self._left_out = 0
        self._writing = False
        self._lost = False
        self._changed = threading.Condition()

    @property
    def lost(self) -> bool:
        """Whether the reader is gone."""
        return self._lost

    def write(self, line: str, *, always: bool = False) -> None:
        """Queue a line and return at once. With `always`, the line is queued even if too many lines wait."""
        with self._changed:
            if self._lost:
                return
            if len(self._lines) >= self._most and not always:
                self._left_out += 1
                return
            self._lines.append(f"{line}\n")
            if not self._writing:
                self._writing = True
                threading.Thread(target=self._write_all, name="terminal", daemon=True).start()

    def drain(self, within: float = 2.0) -> None:
        """Wait until every line is written or the reader is gone, for at most `within` seconds."""
        with self._changed:
            self._changed.wait_for(lambda: not self._writing, within)

    def _write_all(self) -> None:
        while text := self._take():
            try:
                self._put(text)
            except (OSError, ValueError):  # ValueError: the stream is closed
                self._lose()

    def _take(self) -> str:
        with self._changed:
            text = "".join(self._lines)
            self._lines.clear()
            if self._left_out:
                text += f"({self._left_out} lines are left out here; the log files have them)\n"
                self._left_out = 0
            if not text:
                self._writing = False
                self._changed.notify_all()
            return text

    def _lose(self) -> None:
        with self._changed:
            self._lost = True
            self._lines.clear()
            self._left_out = 0


class UnbreakableStream(io.TextIOBase):
    """A text stream that discards what is written once its reader is gone, and raises no error."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._stream.encoding

    def isatty(self) -> bool:
        return _isatty(self._stream)

    def fileno(self) -> int:
        return self._stream.fileno()

    def write(self, text: str) -> int:
        try:
            self._stream.write(text)
        except (OSError, ValueError):
            self._discard()
        return len(text)

    def flush(self) -> None:
        try:
            self._stream.flush()
        except (OSError, ValueError):
            self._discard()

    def _discard(self) -> None:
        with suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stream.fileno())
            os.close(nowhere)


def say(text: str, *, to: TextIO | None = None) -> None:
    """Print a line to standard output or `to`; a reader that is gone is no error."""
    stream = UnbreakableStream(to or sys.stdout)
    stream.write(f"{text}\n")
    stream.flush()


def _isatty(stream: TextIO) -> bool:
    with suppress(ValueError):
        return stream.isatty()
    return False


def _writer(stream: TextIO) -> Callable[[str], None]:
    """A function that writes to the file descriptor, because Python fails at exit if a thread writes to a buffer."""
    try:
        descriptor = stream.fileno()
    except (OSError, ValueError):
        return lambda text: _flushed(stream, text)
    encoding = stream.encoding or "utf-8"
    return lambda text: _written(descriptor, text.encode(encoding, "replace"))


def _flushed(stream: TextIO, text: str) -> None:
    stream.write(text)
    stream.flush()


def _written(descriptor: int, text: bytes) -> None:
    while text:
        try:
            text = text[os.write(descriptor, text) :]
        except BlockingIOError:  # another program has made the terminal non-blocking, and its buffer is full
            select.select([], [descriptor], [])
