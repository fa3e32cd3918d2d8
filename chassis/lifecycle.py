"""A lifecycle is a table of allowed transitions: from a status, by an event, to the next status."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Any, Generic, TypeVar

from chassis.refusal import Refusal

Status = TypeVar("Status", bound=StrEnum)


class Lifecycle(Generic[Status]):
    """The table `(status, event) -> next status`. The status before the first event is None."""

    def __init__(self, *rows: tuple[Status | None, type[Any], Status], code: str = "ILLEGAL_TRANSITION") -> None:
        self.rows = rows
        self.code = code
        self._after = {(status, event): becomes for status, event, becomes in rows}
        if len(self._after) != len(rows):
            raise ValueError("a lifecycle says twice what follows the same thing")

    def __iter__(self) -> Iterator[tuple[Status | None, type[Any], Status]]:
        return iter(self.rows)

    def allows(self, status: Status | None, event: type[Any]) -> bool:
        """Whether the table has a transition for the event in this status."""
        return (status, event) in self._after

    def after(self, status: Status | None, event: type[Any]) -> Status:
        """The next status. Raises a `Refusal` with the lifecycle's code where the table has no such transition."""
        try:
            return self._after[status, event]
        except KeyError:
            raise Refusal(self.code, f"{event.__name__} cannot happen to what is {status or 'not there'}.") from None
