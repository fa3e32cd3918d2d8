"""A unit of work that reads once how far the demonstration's clock is ahead, and not before each transaction."""

from datetime import UTC, datetime, timedelta
from typing import Any

from chassis.transactions.unit_of_work import UnitOfWork


class RememberedClock(UnitOfWork):
    """Its time runs as a service's in `demo` mode, as long as only its own `advance` moves the clock."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, demo=True, **kwargs)
        self._ahead: timedelta | None = None

    def now(self) -> datetime:
        if self._ahead is None:
            wall = datetime.now(UTC)
            self._ahead = super().now() - wall
        return datetime.now(UTC) + self._ahead

    def advance(self, seconds: float) -> datetime:
        self._ahead = None
        return super().advance(seconds)
