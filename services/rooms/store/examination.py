"""Checks invariants I1 to I4 and I12 in the rooms database, and reads the rows for the comparison with bookings.

Invariants I2 (nights) and I13 (occupants) compare both services.
"""

from collections.abc import Iterator

import sqlalchemy as sa

from chassis.observability.examination import NEWEST_SUBJECTS, Examination, select
from chassis.observability.status_trail import broken_steps, stale_statuses
from contracts.operations import Examine, Violation
from services.rooms.lifecycle import LIFECYCLE
from services.rooms.store.explanation import explain_booking

# A timer runs every second; a room may return two runs late, and a few seconds more where the machine is busy.
TWO_TICKS = 5.0
_SHARED = """
    SELECT r.hotel, r.room_number, a.booking_id AS one, b.booking_id AS other, a.nights * b.nights AS nights
    FROM period a JOIN period b ON a.hotel = b.hotel AND a.room_id = b.room_id AND a.id < b.id AND a.nights && b.nights
    JOIN room r ON r.hotel = a.hotel AND r.id = a.room_id
    WHERE a.live AND b.live
"""
_SOLD = """
    WITH held AS (
        SELECT hotel, room_type_id, first_night + day AS night, count(*) AS held
        FROM hold_part, generate_series(0, until - first_night - 1) AS day GROUP BY 1, 2, 3
    )
    SELECT t.hotel, t.code, night, coalesce(n.sold, 0) AS sold, coalesce(n.capacity + n.overbooking, 0) AS most,
           coalesce(held.held, 0) AS held
    FROM night n FULL JOIN held USING (hotel, room_type_id, night)
    JOIN room_type t ON (t.hotel, t.id) = (coalesce(n.hotel, held.hotel), room_type_id)
    WHERE coalesce(n.sold, 0) <> coalesce(held.held, 0) OR n.sold > n.capacity + n.overbooking
"""
_STATES = """
    SELECT audit.subject, room.status, room.version, audit.to_status, audit.sequence FROM room
    JOIN LATERAL (
        SELECT * FROM audit WHERE subject = 'room/' || room.hotel || '/' || room.room_number
        AND to_status IS NOT NULL ORDER BY sequence DESC LIMIT 1
    ) AS audit ON true
    WHERE audit.subject = ANY (ARRAY({subjects})) AND room.status <> audit.to_status
"""
_COUNTS = """
    WITH audited AS (
        SELECT subject, count(*) AS times FROM audit
        WHERE what LIKE 'RoomStatusChanged%' AND subject = ANY (ARRAY({subjects})) GROUP BY 1
    ), published AS (
        SELECT subject, count(*) AS times FROM outbox
        WHERE type = 'rooms.RoomStatusChanged.v1' AND subject = ANY (ARRAY({subjects})) GROUP BY 1
    )
    SELECT subject, coalesce(audited.times, 0) AS rows, coalesce(published.times, 0) AS events
    FROM audited FULL JOIN published USING (subject) WHERE audited.times IS DISTINCT FROM published.times
"""
_OVERDUE = """
    SELECT r.hotel, r.room_number, upper(p.nights) AS until
    FROM period p JOIN room r ON r.hotel = p.hotel AND r.id = p.room_id JOIN hotel h ON h.slug = r.hotel, clock
    WHERE p.live AND p.out_of_order AND r.status = 'OUT_OF_ORDER' AND r.removed_at IS NULL AND upper(p.nights)
        <= CAST((clock_timestamp() + make_interval(secs => ahead_seconds - :grace)) AT TIME ZONE h.timezone AS date)
"""
_SUBJECTS = NEWEST_SUBJECTS.format(table="audit")
_STEPS = {(before, after) for before, _, after in LIFECYCLE}


def no_two_stays_share_a_room(connection: sa.Connection, _: Examine) -> Iterator[Violation]:
    """Invariant I1: no two live stays or blocks share a room on a night."""
    for row in select(connection, _SHARED):
        what = f"{row.one or 'a block'} and {row.other or 'a block'} share the room, {row.nights}"
        yield Violation(invariant="I1", subject=f"{row.hotel}/{row.room_number}", what=what)


def counters_match_holds(connection: sa.Connection, _: Examine) -> Iterator[Violation]:
    """Invariant I2: no night is sold beyond its capacity, and each counter equals the number of holds."""
    for row in select(connection, _SOLD):
        what = f"sold {row.sold} of {row.most}, held {row.held}"
        yield Violation(invariant="I2", subject=f"{row.hotel}/{row.code}/{row.night}", what=what)


def statuses_follow_the_lifecycle(connection: sa.Connection, ask: Examine) -> Iterator[Violation]:
    """Invariant I3: each room's status was reached by allowed steps, and equals the status in its last audit row."""
    yield from broken_steps(connection, newest=ask.newest, is_allowed=_is_allowed)
    yield from stale_statuses(connection, _STATES, newest=ask.newest)


def changes_have_an_audit_row_and_an_event(connection: sa.Connection, ask: Examine) -> Iterator[Violation]:
    """Invariant I4: a room has as many audit rows of status changes as it has events of status changes."""
    for row in select(connection, _COUNTS.format(subjects=_SUBJECTS), newest=ask.newest):
        what = f"RoomStatusChanged has {row.rows} audit rows and {row.events} events"
        yield Violation(invariant="I4", subject=row.subject, what=what)


def no_room_stays_out_of_order(connection: sa.Connection, _: Examine) -> Iterator[Violation]:
    """Invariant I12 (deadlines): no room is out of order more than two runs of the timer after its `until`."""
    for row in select(connection, _OVERDUE, grace=TWO_TICKS):
        what = f"is out of order, although only until {row.until}"
        yield Violation(invariant="I12", subject=f"{row.hotel}/{row.room_number}", what=what)


def _is_allowed(before: str | None, what: str, after: str) -> bool:
    return not what.startswith("RoomStatusChanged") or (before, after) in _STEPS


EXAMINATION = Examination(
    invariants={
        "I1": no_two_stays_share_a_room,
        "I2": counters_match_holds,
        "I3": statuses_follow_the_lifecycle,
        "I4": changes_have_an_audit_row_and_an_event,
        "I12": no_room_stays_out_of_order,
    },
    evidence={
        "live_holds": """
            SELECT h.booking_id AS key, h.check_in, h.check_out, coalesce(sum(p.until - p.first_night), 0) AS nights
            FROM hold h LEFT JOIN hold_part p USING (hotel, booking_id) WHERE h.ended_at IS NULL
            GROUP BY h.hotel, h.booking_id
        """,
        "occupied_rooms": """
            SELECT hotel || '/' || room_number AS key, hotel, room_number, coalesce(occupied_by, '') AS booking_id
            FROM room WHERE status = 'OCCUPIED' OR occupied_by IS NOT NULL
        """,
        # Grouped by booking, because the subjects of rooms' own events are holds and rooms.
        "changed_lately": """
            SELECT DISTINCT data ->> 'booking_id' AS key FROM outbox WHERE data ->> 'booking_id' = ANY(:keys)
            AND recorded_at > clock_timestamp() - make_interval(secs => :older_than)
        """,
    },
    explain_booking=explain_booking,
)
