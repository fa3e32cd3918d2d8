"""Trouble on demand: a row of faults, each for so many requests."""

from collections import deque
from dataclasses import asdict, dataclass
from typing import Any, Generic, TypeVar


@dataclass(slots=True, kw_only=True)
class Trouble:
    """For the next `times` requests; None is until it is cleared. `seconds` is for what dawdles."""

    times: int | None = 1
    seconds: float = 1.0

    def check(self) -> None:
        """Raises `ValueError` where the control asked for what cannot be."""
        if self.times is not None and not (isinstance(self.times, int) and self.times > 0):
            raise ValueError("times must be a positive number, or null for always")
        if not isinstance(self.seconds, int | float) or self.seconds < 0:
            raise ValueError("seconds must not be negative")


def check_status(name: str, value: int) -> None:
    """Raises `ValueError` where it is not a status of failure."""
    if not isinstance(value, int) or not 400 <= value <= 599:
        raise ValueError(f"{name} must be 400 to 599")


T = TypeVar("T", bound=Trouble)


class Row(Generic[T]):
    """The troubles ahead; the first in the row is used up before the next begins."""

    def __init__(self) -> None:
        self._row: deque[T] = deque()

    def add(self, trouble: T) -> None:
        """Put one at the end of the row."""
        self._row.append(trouble)

    def take(self) -> T | None:
        """The trouble that this request meets."""
        if not self._row:
            return None
        trouble = self._row[0]
        if trouble.times is not None:
            trouble.times -= 1
            if trouble.times == 0:
                self._row.popleft()
        return trouble

    def clear(self) -> None:
        """No more trouble."""
        self._row.clear()

    def as_json(self) -> list[dict[str, Any]]:
        """What is still to come."""
        return [asdict(trouble) for trouble in self._row]
