"""A booking's timeline from the rooms database: the events of its hold, of its rooms, and of what changes held."""

import sqlalchemy as sa

from chassis.observability.examination import select
from chassis.observability.explanation import change_entries, events_of, references
from chassis.observability.trace import trace_id
from contracts.operations import ExplainBooking, Explanation

_ROOMS = """
    SELECT DISTINCT 'room/' || room.hotel || '/' || room.room_number AS subject
    FROM period JOIN room ON (room.hotel, room.id) = (period.hotel, room_id)
    WHERE period.hotel = :hotel AND booking_id = :booking_id
"""
_CHANGES = "SELECT booking_id FROM hold WHERE hotel = :hotel AND change_of = :booking_id"


def explain_booking(connection: sa.Connection, ask: ExplainBooking) -> Explanation:
    """The events that name the booking or a change of it, or that belong to one of the booking's traces."""
    changes = [row.booking_id for row in select(connection, _CHANGES, hotel=ask.hotel, booking_id=ask.booking)]
    holds = (ask.booking, *changes)
    rooms = [row.subject for row in select(connection, _ROOMS, hotel=ask.hotel, booking_id=ask.booking)]
    traces = set(ask.traces)
    events = [
        row
        for row in events_of(connection, [*(f"hold/{hold}" for hold in holds), *rooms])
        if row.data.get("booking_id") in holds or trace_id(row.traceparent) in traces
    ]
    return Explanation(events=references("rooms", events), entries=tuple(change_entries("rooms", events, ())))
