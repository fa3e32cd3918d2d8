"""Liveness: at rest nothing is on its way, nothing is due, and no money waits for a decision that was made."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from contracts.catalogue import OWNERS
from tests.simulation.judging.judged_world import Breach, JudgedWorld

ENDED = ("COMPLETED", "DECLINED", "CANCELLED", "EXPIRED", "NO_SHOW", "DRAFT")
DUE_GRACE = timedelta(seconds=20)  # after which everything that was due has been done

_WAITING = """
    SELECT 'event ' || type || ' of ' || subject AS what FROM outbox WHERE published_at IS NULL
    UNION ALL
    SELECT 'job ' || key FROM job WHERE done_at IS NULL AND gave_up_at IS NULL
    AND (not_before IS NULL OR not_before <= %(late)s) AND try_at <= %(late)s
"""
_BOOKINGS = """
    SELECT id, 'has the unfinished action ' || coalesce(pending ->> 'kind', '?') AS what FROM booking
    WHERE pending IS NOT NULL
    UNION ALL
    SELECT id, 'is unpaid since ' || expires_at FROM booking
    WHERE status = 'PENDING_PAYMENT' AND expires_at < %(late)s
    UNION ALL
    SELECT id, 'was to be decided until ' || approval_deadline_at FROM booking
    WHERE status = 'PENDING_APPROVAL' AND decision_made_at IS NULL AND approval_deadline_at < %(late)s
    UNION ALL
    SELECT id, 'was approved and is not captured' FROM booking
    WHERE status = 'PENDING_APPROVAL' AND decision_made_at IS NOT NULL
"""


def unfinished_work(world: JudgedWorld) -> Iterator[Breach]:
    """The events, jobs, bookings and authorisations that are on their way, due or stuck."""
    late = world.now() - DUE_GRACE
    for service in OWNERS:
        for row in world.sql(service, _WAITING, late=late):
            yield Breach("liveness", f"{service}: {row['what']} waits")
    for row in world.sql("bookings", _BOOKINGS, late=late):
        yield Breach("liveness", f"{row['id']} {row['what']}")
    yield from _held(world)


def _held(world: JudgedWorld) -> Iterator[Breach]:
    """The authorisations at the provider whose booking has ended or waits for no decision."""
    statuses = {row["id"]: row["status"] for row in world.sql("bookings", "SELECT id, status FROM booking")}
    for intent in world.stripe.state.store.intents.values():
        booking = intent["metadata"].get("booking_id", "")
        status = statuses.get(booking)
        if intent["status"] == "requires_capture" and (status is None or status in ENDED):
            yield Breach("liveness", f"{intent['id']} still holds {intent['amount']} for {booking}, {status}")
