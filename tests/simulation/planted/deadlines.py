"""Planted faults of deadlines and timers."""

from __future__ import annotations

import pytest

from services.bookings.domain import deadlines, overstays
from services.bookings.store.bookings import SqlBookings
from tests.simulation.planted.fault import planted


@planted("I12")
def nobody_looks_at_the_clock(patch: pytest.MonkeyPatch) -> None:
    """No booking expires, and nobody fails to come."""
    patch.setattr(SqlBookings, "lock_due", lambda *_: None)


@planted("I12")
def overstays_are_not_flagged(patch: pytest.MonkeyPatch) -> None:
    """A guest who stays too long is not flagged."""
    patch.setattr(SqlBookings, "lock_overstaying", lambda *_: None)


@planted("I12")
def an_overstay_outlives_its_stay(patch: pytest.MonkeyPatch) -> None:
    """An overstay stays open when its guest leaves."""
    patch.setattr(overstays, "ended_by", lambda *_, **__: ())


@planted("I12")
def due_bookings_are_left(patch: pytest.MonkeyPatch) -> None:
    """A hold that ran out is due, and expires for no reason that the table knows."""
    patch.setattr(deadlines, "EXPIRY_REASONS", {})
