"""Invariants at rest beside the product's own: cleaning tasks, capacity, horizon of sale, payable totals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chassis.refusal import Refusal
from tests.simulation.judging.judged_world import Breach, JudgedWorld

MAX_CLAIM_SECONDS = 10  # seconds for which the key of a request that died is blocked at most
_DIRTY = """
    SELECT hotel || '/' || room_number AS subject, status FROM room
    WHERE status IN ('CHECKOUT_DIRTY', 'CLEANING_IN_PROGRESS') AND removed_at IS NULL AND NOT EXISTS (
        SELECT FROM cleaning_task AS task
        WHERE (task.hotel, task.room_id) = (room.hotel, room.id) AND task.done_at IS NULL
    )
"""
_CAPACITY = """
    SELECT n.hotel || '/' || t.code || '/' || n.night AS subject, n.capacity, rooms.free
    FROM night n JOIN room_type t ON (t.hotel, t.id) = (n.hotel, n.room_type_id) JOIN hotel h ON h.slug = n.hotel,
    LATERAL (
        SELECT count(*) AS free FROM room r
        WHERE (r.hotel, r.room_type_id) = (n.hotel, n.room_type_id) AND r.is_active AND NOT EXISTS (
            SELECT FROM period p
            WHERE (p.hotel, p.room_id) = (r.hotel, r.id) AND p.live AND p.kind = 'BLOCK' AND p.nights @> n.night
        )
    ) AS rooms
    WHERE n.night - CAST(%(now)s AT TIME ZONE h.timezone AS date) BETWEEN 0 AND 14 AND n.capacity <> rooms.free
"""
_HORIZON = """
    SELECT slug AS subject, nights_through FROM hotel
    WHERE nights_through < CAST(%(now)s AT TIME ZONE timezone AS date) + 730
"""
_UNPAYABLE = """
    SELECT id AS subject, total_amount FROM booking
    WHERE expiry_reason = 'HOLD_RAN_OUT' AND currency = 'EUR' AND total_amount < 50
"""


def broken_at_rest(world: JudgedWorld) -> Iterator[Breach]:
    """The invariants that do not hold."""
    for row in world.sql("rooms", _DIRTY):
        yield Breach("liveness", f"{row['subject']} is {row['status']}, and has no open cleaning task")
    for row in world.sql("rooms", _CAPACITY, now=world.now()):
        what = f"has a capacity of {row['capacity']}, and {row['free']} rooms are not blocked"
        yield Breach("I2", f"{row['subject']} {what}")
    for row in world.sql("rooms", _HORIZON, now=world.now()):
        yield Breach("liveness", f"{row['subject']} has no nights on sale after {row['nights_through']}")
    for row in world.sql("bookings", _UNPAYABLE):
        yield Breach("liveness", f"{row['subject']} waited for {row['total_amount']}, which no card can pay")


def long_key_claims(outcome: Any) -> Iterator[Breach]:
    """The breach of a refusal that says that an earlier request blocks its Idempotency-Key for too long."""
    if isinstance(outcome, Refusal) and outcome.code == "IDEMPOTENCY_IN_PROGRESS":
        seconds = outcome.details.get("retry_after", 0)
        if seconds > MAX_CLAIM_SECONDS:
            yield Breach("liveness", f"an Idempotency-Key is blocked for {seconds} s")
