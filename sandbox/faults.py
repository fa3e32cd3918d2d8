"""Faults on demand for the Pusher and mailbox stand-ins. The faults of the Stripe stand-in are in `stripe.faults`."""

from collections import deque
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, ClassVar, Generic, Self, TypeVar


@dataclass(slots=True, kw_only=True)
class QueuedFault:
    """A fault for the next `times` requests, or until it is cleared if `times` is None. A delay lasts `seconds`.

    `MODES` are the kinds of fault, one of which is a subclass's field `mode`.
    """

    MODES: ClassVar[type[StrEnum]]

    times: int | None = 1
    seconds: float = 1.0

    @classmethod
    def parse(cls, body: dict[str, Any]) -> Self:
        """Parse the fault in a control request. Raises `ValueError` where it is invalid."""
        try:
            fault = cls(**(body | {"mode": cls.MODES(body.get("mode", ""))}))
        except TypeError as error:
            raise ValueError(str(error)) from None
        fault.check()
        return fault

    def check(self) -> None:
        """Raise `ValueError` unless `times` is None or positive, and `seconds` is not negative."""
        if self.times is not None and not (isinstance(self.times, int) and self.times > 0):
            raise ValueError("times must be a positive number, or null for always")
        if not isinstance(self.seconds, int | float) or self.seconds < 0:
            raise ValueError("seconds must not be negative")


def check_status(name: str, value: int) -> None:
    """Raise `ValueError` unless `value` is a failure status (400 to 599)."""
    if not isinstance(value, int) or not 400 <= value <= 599:
        raise ValueError(f"{name} must be 400 to 599")


F = TypeVar("F", bound=QueuedFault)


class FaultQueue(Generic[F]):
    """Faults in order; the first is used up before the second applies."""

    def __init__(self) -> None:
        self._faults: deque[F] = deque()

    def add(self, fault: F) -> None:
        """Append a fault."""
        self._faults.append(fault)

    def take(self) -> F | None:
        """Take the fault for the current request and count the use; returns None where the queue is empty."""
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
