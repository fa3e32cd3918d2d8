"""A private server of this process: PostgreSQL or RabbitMQ, which tests and chaos stop, kill, freeze and restart."""

import signal
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

from sandbox.stack.child_process import ChildProcess
from sandbox.stack.ports import Ports
from sandbox.stack.run_directory import log_since
from sandbox.stack.waiting import Awaited, Patience, until


class PrivateServer(ABC):
    """A server with its own ports and log; a `with` block starts it and closes it at the end."""

    NAME: ClassVar[str]
    STOP_SIGNAL: ClassVar[signal.Signals] = signal.SIGTERM
    STOP_SECONDS: ClassVar[float] = 20.0

    def __init__(self, log: Path, *, patience: Patience, say: Callable[[str], None]) -> None:
        self.log = log
        self._patience, self._say = patience, say
        self._ports = Ports()
        self._process: ChildProcess | None = None
        self._log_start = 0

    @abstractmethod
    def start(self) -> Self:
        """Start the server and wait until it answers. Does nothing while it runs."""

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process and self.alive() else None

    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Shut down in an orderly way: data are written to disk, and clients are notified."""
        if self._process:
            self._process.end(sig=self.STOP_SIGNAL, grace=self.STOP_SECONDS)

    def kill(self) -> None:
        """Simulate a crash: send SIGKILL to the server and all its child processes."""
        if self._process:
            self._process.kill()

    def send(self, sig: signal.Signals) -> None:
        """Send the signal to the server and all its child processes, such as SIGSTOP and SIGCONT."""
        if self._process:
            self._process.send_to_family(sig)

    def restart(self) -> None:
        self.stop()
        self.start()

    def close(self) -> None:
        """Stop the server and release its ports."""
        self.stop()
        self._ports.release()

    def __enter__(self) -> Self:
        try:
            return self.start()
        except BaseException:
            self.close()
            raise

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _until(self, ready: Callable[[], bool]) -> None:
        """Wait until the server is ready. Raises RuntimeError where it ends instead, or makes no progress."""
        awaited = Awaited(name=self.NAME, pid=lambda: self.pid, log=self.log)
        until(ready, awaited, abort=self._why_it_ended, say=self._say, patience=self._patience)

    def _why_it_ended(self) -> str | None:
        """Why the server has ended while starting, with the last lines of its log; None while it runs."""
        if self.alive():
            return None
        tail = log_since(self.log, self._log_start, lines=12)
        return f"{self.NAME} ended while starting; {self.log} has it all:\n{tail}"
