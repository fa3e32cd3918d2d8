"""What a run of faults needs of the system: its processes and its network links."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol


class FaultyProcess(Protocol):
    """A process of the system, `bookings-1` or `rabbit`, that can be killed, frozen and started again."""

    def kill(self) -> None:
        """End the process at once; it stays ended until `start`."""

    def freeze(self) -> None:
        """Stop the process where it is, until `thaw`."""

    def thaw(self) -> None: ...

    def stop(self) -> None:
        """End the process in an orderly way (SIGTERM), and wait until it has ended."""

    def start(self) -> None: ...

    def is_ready(self) -> bool: ...

    def wait_ready(self, seconds: float) -> None:
        """Wait until the process is ready. Raises `TimeoutError`."""


class FaultyLink(Protocol):
    """The network between a process and its broker or database."""

    def delay(self, seconds: float) -> None:
        """Deliver every part late, in both directions."""

    def reset(self) -> None:
        """Cut every connection; new ones are possible."""

    def blackhole(self) -> None:
        """Deliver nothing any more, and accept new connections that stay silent."""

    def heal(self) -> None: ...


class ChaosTarget(Protocol):
    """A running system under faults."""

    @property
    def url(self) -> str:
        """Where clients send requests; whoever listens there never repeats one."""

    @property
    def stack_json(self) -> Mapping[str, Any]:
        """Addresses, keys and the accounts of staff, as in `stack.json` of a run."""

    @property
    def processes(self) -> Mapping[str, FaultyProcess]: ...

    @property
    def links(self) -> Mapping[str, FaultyLink]:
        """By name: `rooms-1/broker`, `rooms-1/database`."""

    def at_rest(self, seconds: float) -> bool:
        """Whether everything that is due has been done within `seconds`: outboxes, inboxes and jobs are empty."""


class ChaosStarter(Protocol):
    """Starts a system in a directory."""

    def __call__(self, directory: Path, *, seed: int) -> AbstractContextManager[ChaosTarget]: ...
