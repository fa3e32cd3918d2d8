"""What must stand at rest beside the product's own invariants: dirty rooms, nights on sale, totals that can be paid."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chassis.refusal import Refusal
from tests.simulation.judging.courtroom import Breach, Courtroom

LONGEST_CLAIM = 10  # seconds for which the key of a request that died is blocked at most
_DIRTY = """
    SELECT hotel || '/' || room_number AS subject, status FROM room
    WHERE status IN ('CHECKOUT_DIRTY', 'CLEANING_IN_PROGRESS') AND removed_at IS NULL AND NOT EXISTS (
        SELECT FROM cleaning_task AS task
        WHERE (task.hotel, task.room_id) = (room.hotel, room.id) AND task.done_at IS NULL
    )
"""
_HORIZON = """
    SELECT slug AS subject, nights_through FROM hotel
    WHERE nights_through < CAST(%(now)s AT TIME ZONE timezone AS date) + 730
"""
_UNPAYABLE = """
    SELECT id AS subject, total_amount FROM booking
    WHERE expiry_reason = 'HOLD_RAN_OUT' AND currency = 'EUR' AND total_amount < 50
"""


def fallen(world: Courtroom) -> Iterator[Breach]:
    """What does not stand."""
    for row in world.sql("rooms", _DIRTY):
        yield Breach("liveness", f"{row['subject']} is {row['status']}, and nobody is told to clean it")
    for row in world.sql("rooms", _HORIZON, now=world.now()):
        yield Breach("liveness", f"{row['subject']} has no nights on sale after {row['nights_through']}")
    for row in world.sql("bookings", _UNPAYABLE):
        yield Breach("liveness", f"{row['subject']} waited for {row['total_amount']}, which no card can pay")


def blocked_for_too_long(outcome: Any) -> Iterator[Breach]:
    """A request that was refused because of an earlier one with its key, which keeps the key for too long."""
    if isinstance(outcome, Refusal) and outcome.code == "IDEMPOTENCY_IN_PROGRESS":
        seconds = outcome.details.get("retry_after", 0)
        if seconds > LONGEST_CLAIM:
            yield Breach("liveness", f"an Idempotency-Key is blocked for {seconds} s")
