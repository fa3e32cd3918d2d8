"""I3 and I4: every status was reached by allowed steps that are numbered without a gap, and each has its one row."""

from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from typing import Any

from chassis.lifecycle import Lifecycle
from hotelmate.invariants.books import Books, Finding
from services.bookings.lifecycle import LIFECYCLE as BOOKING
from services.payments.lifecycle import LIFECYCLE as PAYMENT
from services.rooms.lifecycle import LIFECYCLE as ROOM

Step = tuple[str | None, str, str]  # from, what has happened, to
Rule = Callable[[Step], bool]

_SUBJECTS = "SELECT DISTINCT subject FROM (SELECT subject FROM {table} ORDER BY position DESC LIMIT :newest) AS newest"
_GAPS = """
    SELECT subject, count(*) AS rows, max(sequence) AS last FROM {table} WHERE subject IN ({subjects})
    GROUP BY subject HAVING count(*) <> max(sequence) OR min(sequence) <> 1
"""
_STEPS = """
    SELECT subject, sequence, what, from_status, to_status FROM audit
    WHERE to_status IS NOT NULL AND subject IN ({subjects}) ORDER BY subject, sequence
"""
# What a thing says of itself, beside the last row of its trail.
_STATES = {
    "bookings": """
        SELECT audit.subject, booking.status, booking.version, audit.to_status, audit.sequence FROM booking
        JOIN LATERAL (SELECT * FROM audit WHERE subject = booking.id ORDER BY sequence DESC LIMIT 1) AS audit ON true
        WHERE booking.id IN ({subjects}) AND (booking.status, booking.version) <> (audit.to_status, audit.sequence)
    """,
    "payments": """
        SELECT audit.subject, payment.status, payment.version, audit.to_status, audit.sequence FROM payment
        JOIN LATERAL (SELECT * FROM audit WHERE subject = payment.id ORDER BY sequence DESC LIMIT 1) AS audit ON true
        WHERE payment.id IN ({subjects}) AND (payment.status, payment.version) <> (audit.to_status, audit.sequence)
    """,
    "rooms": """
        SELECT audit.subject, room.status, room.version, audit.to_status, audit.sequence FROM room
        JOIN LATERAL (
            SELECT * FROM audit WHERE subject = 'room/' || room.hotel || '/' || room.room_number
            AND to_status IS NOT NULL ORDER BY sequence DESC LIMIT 1
        ) AS audit ON true
        WHERE audit.subject IN ({subjects}) AND room.status <> audit.to_status
    """,
}
_UNNOTED = """
    SELECT told.subject, told.sequence, told.type FROM (
        SELECT * FROM outbox WHERE subject = data ->> 'booking_id' ORDER BY position DESC LIMIT :newest
    ) AS told LEFT JOIN audit ON audit.subject = told.subject AND audit.sequence = told.sequence
    AND audit.what = split_part(told.type, '.', 2) WHERE audit.position IS NULL
"""
_UNTOLD = """
    SELECT noted.subject, noted.sequence, noted.what FROM (
        SELECT * FROM audit ORDER BY position DESC LIMIT :newest
    ) AS noted LEFT JOIN outbox ON outbox.subject = noted.subject AND outbox.sequence = noted.sequence
    AND split_part(outbox.type, '.', 2) = noted.what WHERE outbox.position IS NULL
"""
# Where a subject's trail is numbered apart from what is told of it, they are counted against each other.
_COUNTED = {
    "payments": """
        WITH chosen AS (SELECT id, booking_id FROM payment WHERE id IN ({subjects})), noted AS (
            SELECT subject, what, count(*) AS times FROM audit JOIN chosen ON chosen.id = subject
            WHERE what LIKE 'Payment%' OR what LIKE 'Cancellation%' OR what = 'RefundFailed' GROUP BY 1, 2
        ), told AS (
            SELECT chosen.id AS subject, split_part(type, '.', 2) AS what, count(*) AS times
            FROM outbox JOIN chosen ON outbox.subject = booking_id AND data ->> 'payment_id' = chosen.id GROUP BY 1, 2
        )
        SELECT subject, what, coalesce(noted.times, 0) AS rows, coalesce(told.times, 0) AS events
        FROM noted FULL JOIN told USING (subject, what) WHERE noted.times IS DISTINCT FROM told.times
    """,
    "rooms": """
        WITH noted AS (
            SELECT subject, count(*) AS times FROM audit
            WHERE what LIKE 'RoomStatusChanged%' AND subject IN ({subjects}) GROUP BY 1
        ), told AS (
            SELECT subject, count(*) AS times FROM outbox
            WHERE type = 'rooms.RoomStatusChanged.v1' AND subject IN ({subjects}) GROUP BY 1
        )
        SELECT subject, 'RoomStatusChanged' AS what, coalesce(noted.times, 0) AS rows,
               coalesce(told.times, 0) AS events
        FROM noted FULL JOIN told USING (subject) WHERE noted.times IS DISTINCT FROM told.times
    """,
}


def _by_name(lifecycle: Lifecycle[Any]) -> Rule:
    steps = {(before, event.__name__, after) for before, event, after in lifecycle}
    return lambda step: step in steps


def _by_status(lifecycle: Lifecycle[Any]) -> Rule:
    steps: set[tuple[StrEnum | None, StrEnum]] = {(before, after) for before, _, after in lifecycle}
    return lambda step: (step[0], step[2]) in steps


# A booking's trail names its facts as its table does; the others' names are finer or coarser than theirs.
RULES: Mapping[str, tuple[str, Rule]] = {
    "bookings": ("", _by_name(BOOKING)),
    "payments": ("", _by_status(PAYMENT)),
    "rooms": ("RoomStatusChanged", _by_status(ROOM)),
}


def every_step_was_allowed(books: Books) -> Iterator[Finding]:
    """I3: every status was reached by allowed steps, numbered 1, 2, 3 … without a gap."""
    for service in books.connections:
        for table in ("audit", "outbox"):
            for row in books.rows(service, _of(_GAPS, table), newest=books.newest):
                what = f"{row.rows} rows in {service}' {table}, the last is number {row.last}"
                yield Finding(invariant="I3", subject=row.subject, what=what)
    for service in _ruled(books):
        yield from _walked(books, service)
        for row in books.rows(service, _of(_STATES[service]), newest=books.newest):
            what = f"is {row.status}, version {row.version}; its trail ends with {row.to_status}, number {row.sequence}"
            yield Finding(invariant="I3", subject=row.subject, what=what)


def every_change_is_noted_once(books: Books) -> Iterator[Finding]:
    """I4: each change has one row in the trail and one event, and none has only either."""
    if "bookings" in books.connections:
        for row in books.rows("bookings", _UNNOTED, newest=books.newest):
            yield Finding(invariant="I4", subject=row.subject, what=f"{row.type}, number {row.sequence}, is not noted")
        for row in books.rows("bookings", _UNTOLD, newest=books.newest):
            yield Finding(invariant="I4", subject=row.subject, what=f"{row.what}, number {row.sequence}, is not told")
    for service in _COUNTED.keys() & books.connections.keys():
        for row in books.rows(service, _of(_COUNTED[service]), newest=books.newest):
            what = f"{row.what} is noted {row.rows} times and told {row.events} times"
            yield Finding(invariant="I4", subject=row.subject, what=what)


def _walked(books: Books, service: str) -> Iterator[Finding]:
    told_by, allowed = RULES[service]
    stands: dict[str, str] = {}
    for row in books.rows(service, _of(_STEPS), newest=books.newest):
        before = stands.get(row.subject)
        stands[row.subject] = row.to_status
        if row.from_status != before and row.sequence > 1:
            what = f"number {row.sequence} begins at {row.from_status}, the one before ends at {before}"
            yield Finding(invariant="I3", subject=row.subject, what=what)
        if row.what.startswith(told_by) and not allowed((row.from_status, row.what, row.to_status)):
            what = f"{row.what} may not lead from {row.from_status} to {row.to_status}"
            yield Finding(invariant="I3", subject=row.subject, what=what)


def _ruled(books: Books) -> list[str]:
    return [service for service in RULES if service in books.connections]


def _of(statement: str, table: str = "audit") -> str:
    return statement.format(table=table, subjects=_SUBJECTS.format(table=table))
