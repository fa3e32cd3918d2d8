"""Planted faults of deadlines and timers."""

from __future__ import annotations

from services.bookings.store.bookings import SqlBookings
from tests.simulation.planted.fault import planted
from tests.simulation.planted.replacing import Replacements


@planted("I12", favours=("book",), actors=("clock",))
def nobody_looks_at_the_clock(product: Replacements) -> None:
    """No booking expires, and nobody fails to come."""
    product.replace(SqlBookings, "lock_due", lambda *_: None)


@planted("I12", actors=("clock",))
def overstays_are_not_flagged(product: Replacements) -> None:
    """A guest who stays too long is not flagged."""
    product.replace(SqlBookings, "lock_overstaying", lambda *_: None)
