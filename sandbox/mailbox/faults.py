"""Faults on demand: what goes wrong with the next mails."""

from collections import deque
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Mode(StrEnum):
    """What happens when a mail's content has arrived."""

    REJECT = "reject"
    """Refused for good, 550 unless `code` says otherwise; not kept."""
    TEMPFAIL = "tempfail"
    """Refused for now, 451 unless `code` says otherwise; not kept."""
    DROP_AFTER_ACCEPT = "drop_after_accept"
    """Kept, but the connection is cut instead of the 250: the sender cannot know."""
    DELAY = "delay"
    """Kept at once, but answered only after `seconds`: an impatient sender sends again."""


@dataclass(slots=True, kw_only=True)
class Fault:
    """One kind of trouble, for so many mails; None is until it is cleared."""

    mode: Mode
    times: int | None = 1
    code: int | None = None
    seconds: float = 1.0

    @classmethod
    def parse(cls, body: dict[str, Any]) -> "Fault":
        """The fault a control request asks for.

        Raises:
            ValueError: there is no such fault.

        """
        try:
            fault = cls(**(body | {"mode": Mode(body.get("mode", ""))}))
        except TypeError as error:
            raise ValueError(str(error)) from None
        if fault.times is not None and not (isinstance(fault.times, int) and fault.times > 0):
            raise ValueError("times must be a positive number, or null for always")
        if fault.code is not None and not (isinstance(fault.code, int) and 400 <= fault.code <= 599):
            raise ValueError("code must be 400 to 599")
        if not isinstance(fault.seconds, int | float) or fault.seconds < 0:
            raise ValueError("seconds must not be negative")
        return fault


class Faults:
    """The troubles ahead; the first in the row is used up before the next begins."""

    def __init__(self) -> None:
        self._row: deque[Fault] = deque()

    def add(self, fault: Fault) -> None:
        """Put a fault at the end of the row."""
        self._row.append(fault)

    def take(self) -> Fault | None:
        """The fault this mail meets."""
        if not self._row:
            return None
        fault = self._row[0]
        if fault.times is not None:
            fault.times -= 1
            if fault.times == 0:
                self._row.popleft()
        return fault

    def clear(self) -> None:
        """No more trouble."""
        self._row.clear()

    def as_json(self) -> list[dict[str, Any]]:
        """What is still to come."""
        return [asdict(fault) for fault in self._row]
