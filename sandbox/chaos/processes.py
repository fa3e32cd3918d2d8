"""The processes of the system, each of which can be killed, frozen, stopped and started."""

import signal
import time
from collections.abc import Callable
from typing import Protocol

from sandbox.stack.postgres import PostgresNode
from sandbox.stack.rabbit import RabbitNode
from sandbox.stack.supervisor import Supervisor

POLL = 0.05


class SystemProcess(Protocol):
    """A process, or a server with its child processes. What was killed or stopped stays so until `start`."""

    name: str

    def kill(self) -> None:
        """End the process by SIGKILL, and wait for its end."""

    def freeze(self) -> None:
        """Suspend the process by SIGSTOP."""

    def thaw(self) -> None:
        """Let a frozen process go on."""

    def stop(self) -> None:
        """End the process in an orderly way by SIGTERM, and wait for its end."""

    def start(self) -> None:
        """Start the process, which is not ready at once."""

    def is_ready(self) -> bool:
        """Whether the process runs and does all of its work."""

    def wait_ready(self, seconds: float) -> float:
        """Wait until the process is ready; returns the seconds that this took. Raises TimeoutError after `seconds`."""


def wait_until(condition: Callable[[], bool], seconds: float, what: str) -> float:
    """Wait until the condition holds; returns the seconds that this took. Raises TimeoutError after `seconds`."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > seconds:
            raise TimeoutError(f"{what} after {seconds:g} s")
        time.sleep(POLL)
    return time.monotonic() - began


class ProgramProcess:
    """A process of the product. The supervisor restarts it where it ends by itself, and counts that in `crashes`."""

    def __init__(self, name: str, supervisor: Supervisor, ready: Callable[[int], bool]) -> None:
        self.name = name
        self._supervisor, self._ready = supervisor, ready
        self._frozen = False

    @property
    def pid(self) -> int | None:
        """The process id; None while the process does not run."""
        return self._supervisor.pid(self.name)

    @property
    def crashes(self) -> int:
        """How often the process has ended by itself."""
        return self._supervisor.crashes(self.name)

    def kill(self) -> None:
        self._supervisor.stop(self.name, sig=signal.SIGKILL)
        self._frozen = False

    def freeze(self) -> None:
        self._frozen = True
        self._supervisor.kill(self.name, signal.SIGSTOP)

    def thaw(self) -> None:
        self._supervisor.kill(self.name, signal.SIGCONT)
        self._frozen = False

    def stop(self) -> None:
        self._supervisor.stop(self.name)
        self._frozen = False

    def start(self) -> None:
        if not self._supervisor.alive(self.name):
            self._supervisor.restart(self.name)

    def is_ready(self) -> bool:
        pid = self.pid
        return pid is not None and not self._frozen and self._ready(pid)

    def wait_ready(self, seconds: float) -> float:
        return wait_until(self.is_ready, seconds, f"{self.name} is not ready")


class ServerProcess:
    """The broker or the database server, with its child processes."""

    def __init__(self, name: str, node: RabbitNode | PostgresNode, ready: Callable[[], bool]) -> None:
        self.name = name
        self._node, self._ready = node, ready
        self._frozen = False

    @property
    def pid(self) -> int | None:
        """The process id; None while the server does not run."""
        return self._node.pid

    def kill(self) -> None:
        self._node.kill()
        self._frozen = False

    def freeze(self) -> None:
        self._frozen = True
        self._node.send(signal.SIGSTOP)

    def thaw(self) -> None:
        self._node.send(signal.SIGCONT)
        self._frozen = False

    def stop(self) -> None:
        self._node.stop()
        self._frozen = False

    def start(self) -> None:
        self._node.start()

    def is_ready(self) -> bool:
        return self._node.alive() and not self._frozen and self._ready()

    def wait_ready(self, seconds: float) -> float:
        return wait_until(self.is_ready, seconds, f"{self.name} is not ready")
