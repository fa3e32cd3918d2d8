"""Planted faults of deadlines and timers."""

from __future__ import annotations

from services.bookings.store.bookings import SqlBookings
from tests.simulation.actors.arrivals import walk_in
from tests.simulation.actors.clock import DAYS_PASS
from tests.simulation.planted.fault import planted
from tests.simulation.planted.replacing import Replacements


@planted("I12", favours=("book",), actors=("clock",), odds={"leaves the page": 0.9}, kind_of_run="ordinary")
def nobody_looks_at_the_clock(product: Replacements) -> None:
    """No booking expires, and nobody fails to come."""
    product.replace(SqlBookings, "lock_due", lambda *_: None)


@planted("I12", actors=("clock",), choices={"duty": (walk_in,), **DAYS_PASS}, kind_of_run="ordinary")
def overstays_are_not_flagged(product: Replacements) -> None:
    """A guest who stays too long is not flagged."""
    product.replace(SqlBookings, "lock_overstaying", lambda *_: None)
