"""A booking's timeline as one service knows it: entries from its audit rows, outbox and inbox."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from chassis import codec
from chassis.observability.examination import Examination, select
from chassis.observability.trace import trace_id
from contracts.catalogue import OWNERS
from contracts.operations import (
    EntryKind,
    EventReference,
    EventsExplained,
    ExplainBooking,
    ExplainEvents,
    Explanation,
    InboxPosition,
    TimelineEntry,
)

Row = Any
EventFacts = Callable[[str, Mapping[str, Any]], dict[str, Any]]
WallTime = Callable[[datetime], datetime]

_EVENTS = """
    SELECT id, subject, sequence, type, time, data, traceparent, correlation_id, causation_id, recorded_at, published_at
    FROM outbox WHERE subject = ANY(:subjects) ORDER BY position
"""
_AUDIT = """
    SELECT subject, sequence, what, by, from_status, to_status, at, why, trace_id FROM audit
    WHERE subject = ANY(:subjects) ORDER BY position
"""
_DELIVERIES = """
    SELECT event_id::text AS event_id, outcome, applied_at FROM inbox WHERE event_id = ANY(CAST(:ids AS uuid[]))
"""
_POSITIONS = """
    SELECT source, subject, last FROM inbox_position WHERE source = ANY(:owners) AND subject = ANY(:subjects)
    ORDER BY source, subject
"""
_EVENT_FACTS = ("room_number", "old_status", "new_status", "source")


def explain_booking(_: str, examination: Examination, connection: sa.Connection, ask: ExplainBooking) -> Explanation:
    """All that the service knows of a booking."""
    return examination.explain_booking(connection, ask)


def explain_events(
    service: str, examination: Examination, connection: sa.Connection, ask: ExplainEvents
) -> EventsExplained:
    """The deliveries of these events, the entries that the events caused, and the inbox positions of their subjects."""
    deliveries = [
        TimelineEntry(at=row.applied_at, service=service, kind=EntryKind.DELIVERY, what=row.outcome, cause=row.event_id)
        for row in select(connection, _DELIVERIES, ids=list(ask.ids))
    ]
    own = examination.explain_events(connection, ask.ids)
    positions = select(connection, _POSITIONS, owners=list(OWNERS), subjects=list(ask.subjects))
    return EventsExplained(
        entries=(*deliveries, *own),
        positions=tuple(InboxPosition(source=row.source, subject=row.subject, last=row.last) for row in positions),
    )


def events_of(connection: sa.Connection, subjects: Sequence[str]) -> list[Row]:
    """The outbox rows of these subjects, in the order in which they were written."""
    return select(connection, _EVENTS, subjects=list(subjects))


def audit_of(connection: sa.Connection, subjects: Sequence[str]) -> list[Row]:
    """The audit rows of these subjects, in the order in which they were written."""
    return select(connection, _AUDIT, subjects=list(subjects))


def references(service: str, events: Iterable[Row]) -> tuple[EventReference, ...]:
    """References to the events in these outbox rows, with which other services are asked about the events."""
    return tuple(
        EventReference(
            id=str(row.id),
            source=service,
            subject=row.subject,
            sequence=row.sequence,
            type=row.type,
            trace_id=trace_id(row.traceparent),
            published=row.published_at is not None,
        )
        for row in events
    )


def wall_time(events: Sequence[Row]) -> WallTime:
    """A function that converts domain time to wall time, with the offset of the event nearest in domain time."""

    def convert(at: datetime) -> datetime:
        nearest = min(events, key=lambda row: abs(row.time - at), default=None)
        return at if nearest is None else at - (nearest.time - nearest.recorded_at)

    return convert


def change_entries(
    service: str,
    events: Sequence[Row],
    audit: Sequence[Row],
    *,
    show_reason: bool = False,
    event_facts: EventFacts = lambda _, __: {},
) -> list[TimelineEntry]:
    """One timeline entry for each audit row (with its event), then one for each event without an audit row.

    Set `show_reason` only if the reasons in the audit rows are written by the service and not by people. The last word
    of a reason that the service wrote is the id of the cause. `event_facts` returns further facts of a change from the
    short name and the data of its event.
    """
    convert = wall_time(events)
    unmatched: dict[tuple[str, datetime], list[Row]] = {}
    for event in events:
        unmatched.setdefault((event_name(event.type), event.time), []).append(event)
    entries = []
    for row in audit:
        same = unmatched.get((row.what, row.at))
        event = same.pop(0) if same else None
        facts = {} if event is None else event_facts(row.what, event.data)
        facts["because"] = row.why if show_reason else ""
        entries.append(_change(service, row, event, convert(row.at), facts))
    return entries + [_event(service, row) for rows in unmatched.values() for row in rows]


def _change(service: str, row: Row, event: Row | None, at: datetime, more: dict[str, Any]) -> TimelineEntry:
    facts = {"number": row.sequence, "from": row.from_status, "to": row.to_status, "by": actor_text(row.by)}
    return TimelineEntry(
        at=event.recorded_at if event is not None else at,
        service=service,
        kind=EntryKind.CHANGE,
        what=row.what,
        id=str(event.id) if event is not None else f"{service}/{row.subject}/{row.sequence}",
        cause=(event.causation_id if event is not None else "") or more["because"].rpartition(" ")[2],
        trace_id=row.trace_id,
        facts=present(facts | more) | _publication(event),
    )


def _event(service: str, row: Row) -> TimelineEntry:
    by = {"by": actor_text(row.data["by"])} if isinstance(row.data.get("by"), dict) else {}
    return TimelineEntry(
        at=row.recorded_at,
        service=service,
        kind=EntryKind.EVENT,
        what=event_name(row.type),
        id=str(row.id),
        cause=row.causation_id,
        trace_id=trace_id(row.traceparent),
        facts=present({name: row.data.get(name) for name in _EVENT_FACTS}) | by | _publication(row),
    )


def _publication(event: Row | None) -> dict[str, Any]:
    if event is None:
        return {}
    return present({"published_at": event.published_at, "request_id": event.correlation_id})


def actor_text(actor: Mapping[str, Any]) -> str:
    """The actor without a personal name: `guest`, `staff 7`, `system`."""
    return " ".join(str(actor[part]) for part in ("kind", "id") if actor.get(part))


def event_name(wire_name: str) -> str:
    """The event's short name: `BookingHeld` for `bookings.BookingHeld.v1`."""
    return wire_name.split(".")[1]


def present(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts as plain data. Facts whose value is None or empty are left out."""
    return {name: codec.plain(value) for name, value in facts.items() if value not in (None, "")}
