"""Faults on demand: a queue of faults, each for a number of requests."""

from collections import deque
from dataclasses import asdict, dataclass
from typing import Any, Generic, TypeVar


@dataclass(slots=True, kw_only=True)
class BaseFault:
    """Applies to the next `times` requests; None: until cleared. `seconds` is the length of a delay."""

    times: int | None = 1
    seconds: float = 1.0

    def check(self) -> None:
        """Raises `ValueError` for an impossible `times` or `seconds`."""
        if self.times is not None and not (isinstance(self.times, int) and self.times > 0):
            raise ValueError("times must be a positive number, or null for always")
        if not isinstance(self.seconds, int | float) or self.seconds < 0:
            raise ValueError("seconds must not be negative")


def check_status(name: str, value: int) -> None:
    """Raises `ValueError` unless `value` is a failure status (400 to 599)."""
    if not isinstance(value, int) or not 400 <= value <= 599:
        raise ValueError(f"{name} must be 400 to 599")


F = TypeVar("F", bound=BaseFault)


class FaultQueue(Generic[F]):
    """Faults in order; the first is used up before the second applies."""

    def __init__(self) -> None:
        self._faults: deque[F] = deque()

    def add(self, fault: F) -> None:
        """Append a fault."""
        self._faults.append(fault)

    def take(self) -> F | None:
        """The fault that applies to this request."""
        if not self._faults:
            return None
        fault = self._faults[0]
        if fault.times is not None:
            fault.times -= 1
            if fault.times == 0:
                self._faults.popleft()
        return fault

    def clear(self) -> None:
        """Remove every fault."""
        self._faults.clear()

    def as_json(self) -> list[dict[str, Any]]:
        """The remaining faults."""
        return [asdict(fault) for fault in self._faults]
