"""A booking's timeline from the bookings database: its row, its audit rows and its events."""

from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from chassis import codec
from chassis.observability.examination import select
from chassis.observability.explanation import audit_of, change_entries, events_of, references
from contracts.bookings.amendments import BookingAmended
from contracts.operations import ExplainBooking, Explanation
from services.bookings.domain.field_changes import field_changes
from services.bookings.domain.room_transfers import room_transfer

_BOOKING = """
    SELECT id, booking.confirmation_number, booking.hotel, status, version, payment_status, check_in, check_out,
           assigned_room_number, pending ->> 'kind' AS pending, action_due_at,
           pending_change ->> 'id' AS waiting_change, change_due_at
    FROM booking_directory AS listed JOIN booking ON (booking.hotel, booking.id) = (listed.hotel, listed.booking_id)
    WHERE listed.booking_id = :name OR listed.confirmation_number = :name
"""


def explain_booking(connection: sa.Connection, ask: ExplainBooking) -> Explanation:
    """The timeline of the booking with this id or confirmation number; empty for an unknown booking."""
    rows = select(connection, _BOOKING, name=ask.booking.upper())
    if not rows:
        return Explanation()
    [row] = rows
    events = events_of(connection, [row.id, f"approval/{row.id}", f"room-plan/{row.hotel}/{row.id}"])
    return Explanation(
        booking=codec.plain(dict(row._mapping)),
        events=references("bookings", events),
        entries=tuple(change_entries("bookings", events, audit_of(connection, [row.id]), event_facts=_changes)),
        under_way=tuple(_under_way(row)),
    )


def _changes(what: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """What the event changes: rooms and values before and after; of an amendment only the names of the fields."""
    changes = {each.field: f"{each.from_value or '-'} -> {each.to_value or '-'}" for each in field_changes(what, data)}
    amended = {"amended": ", ".join(data["fields"])} if what == BookingAmended.__name__ else {}
    return {**room_transfer(what, data)._asdict(), **changes, **amended}


def _under_way(row: sa.Row[Any]) -> Iterator[str]:
    if row.pending:
        yield f"{row.pending} is under way and is finished by a timer after {row.action_due_at:%H:%M:%S}Z"
    if row.waiting_change:
        due = f"; a timer looks at it after {row.change_due_at:%H:%M:%S}Z" if row.change_due_at else ""
        yield f"change {row.waiting_change} waits for its payment{due}"
