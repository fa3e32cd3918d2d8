"""Checks the invariants of the bookings database, and reads rows for invariants that compare several services."""

from collections.abc import Iterator

import sqlalchemy as sa

from chassis.observability.examination import Examination, select
from chassis.observability.status_trail import broken_steps, stale_statuses
from contracts.operations import Examine, Violation
from contracts.values import Money
from services.bookings.lifecycle import LIFECYCLE
from services.bookings.store.explanation import explain_booking

# Timers run every second; a deadline may be two ticks late, and a few seconds more where the machine is busy.
TWO_TICKS = 5.0
CHECKS_MAY_WAIT = 600.0  # a room plan takes seconds, and each hotel has one

_STATES = """
    SELECT audit.subject, booking.status, booking.version, audit.to_status, audit.sequence
    FROM booking_directory AS listed JOIN booking ON (booking.hotel, booking.id) = (listed.hotel, listed.booking_id)
    JOIN LATERAL (SELECT * FROM audit WHERE subject = booking.id ORDER BY sequence DESC LIMIT 1) AS audit ON true
    WHERE listed.booking_id = ANY (ARRAY({subjects}))
    AND (booking.status, booking.version) <> (audit.to_status, audit.sequence)
"""
_CHANGED_HOTELS = "SELECT hotel FROM (SELECT hotel FROM audit ORDER BY position DESC LIMIT :newest) AS newest"
_MISCOUNTED = f"""
    SELECT hotel, status, coalesce(counted.bookings, 0) AS counted, coalesce(stored.bookings, 0) AS stored FROM (
        SELECT hotel, status, source, has_room, sum(bookings) AS bookings FROM booking_count
        WHERE hotel = ANY (ARRAY({_CHANGED_HOTELS})) GROUP BY 1, 2, 3, 4
    ) AS counted FULL JOIN (
        SELECT hotel, status, source, assigned_room_number IS NOT NULL AS has_room, count(*) AS bookings
        FROM booking WHERE hotel = ANY (ARRAY({_CHANGED_HOTELS})) GROUP BY 1, 2, 3, 4
    ) AS stored USING (hotel, status, source, has_room)
    WHERE coalesce(counted.bookings, 0) <> coalesce(stored.bookings, 0)
"""  # noqa: S608
_WITHOUT_AUDIT = """
    SELECT event.subject, event.sequence, event.type FROM (
        SELECT * FROM outbox WHERE subject = data ->> 'booking_id' ORDER BY position DESC LIMIT :newest
    ) AS event LEFT JOIN audit ON audit.subject = event.subject AND audit.sequence = event.sequence
    AND audit.what = split_part(event.type, '.', 2) WHERE audit.position IS NULL
"""
_WITHOUT_EVENT = """
    SELECT change.subject, change.sequence, change.what FROM (
        SELECT * FROM audit ORDER BY position DESC LIMIT :newest
    ) AS change LEFT JOIN outbox ON outbox.subject = change.subject AND outbox.sequence = change.sequence
    AND split_part(outbox.type, '.', 2) = change.what WHERE outbox.position IS NULL
"""
# The one equation of `domain/money_due.py`, of bookings that have not been called off.
_UNBALANCED = """
    SELECT id, currency, has, costs FROM (
        SELECT booking.id, currency, coalesce(captured, 0) + coalesce(settled, 0) - coalesce(desk_refunded, 0)
            - coalesce(desk_refund_due, 0) - greatest(refunded, refund_amount, 0) + coalesce(balance_due, 0) + (
                SELECT coalesce(sum(CAST(charge -> 'amount' ->> 'amount' AS bigint)), 0)
                FROM jsonb_array_elements(charges) AS charge WHERE NOT CAST(charge ->> 'taken' AS boolean)
            ) AS has,
            total_amount - coalesce(waived, 0) + coalesce(change_fees, 0) + coalesce(cancellation_fee, 0)
            + coalesce(served, 0) AS costs
        FROM booking_directory AS listed JOIN booking ON (booking.hotel, booking.id) = (listed.hotel, listed.booking_id)
        WHERE listed.booking_id = ANY (ARRAY(SELECT subject FROM audit ORDER BY position DESC LIMIT :newest))
        AND status IN ('CONFIRMED', 'IN_HOUSE', 'COMPLETED') AND pending IS NULL
        AND coalesce(captured, balance_due) IS NOT NULL
    ) AS money WHERE has <> costs
"""
_OVERDUE = """
    SELECT id, status, due_at FROM booking, clock
    WHERE pending IS NULL AND due_at <= clock_timestamp() + make_interval(secs => ahead_seconds - :grace)
"""
_CHANGES_OVERDUE = """
    SELECT id, change_due_at FROM booking, clock WHERE pending IS NULL
    AND change_due_at <= clock_timestamp() + make_interval(secs => ahead_seconds - :grace)
"""
_STALE = """
    SELECT id, pending ->> 'kind' AS kind, action_due_at FROM booking
    WHERE action_due_at <= clock_timestamp() - make_interval(secs => :grace)
"""
_UNCHECKED = "SELECT booking_id FROM hold WHERE check_at <= clock_timestamp() - make_interval(secs => :grace)"
_REPLIES_WITHOUT_BOOKING = """
    SELECT DISTINCT answer -> 'booking' ->> 'id' AS booking_id FROM idempotency
    LEFT JOIN booking_directory AS listed ON listed.booking_id = answer -> 'booking' ->> 'id'
    LEFT JOIN booking ON (booking.hotel, booking.id) = (listed.hotel, listed.booking_id)
    WHERE answer -> 'booking' ? 'id' AND booking.id IS NULL
"""
_BOOKED_TWICE = """
    SELECT answer -> 'booking' ->> 'id' AS booking_id, count(*) AS times FROM idempotency
    WHERE answer ? 'guest_token' GROUP BY 1 HAVING count(*) > 1
"""
_BOOKING = """
    SELECT id AS key, hotel, status, coalesce(held_from, check_in) AS check_in, check_out,
           check_out - coalesce(held_from, check_in) AS nights, assigned_room_number,
           pending IS NOT NULL AS pending, currency, coalesce(cancellation_fee, 0) + coalesce(change_fees, 0) AS fee,
           coalesce(balance_due, 0) AS due_at_the_desk, coalesce(served, 0) AS served,
           coalesce(settled, 0) - coalesce(desk_refunded, 0) - coalesce(desk_refund_due, 0) AS settled
    FROM booking WHERE
"""
_CHANGE = """
    SELECT pending_change ->> 'id' AS key, id AS booking_id, hotel, status, pending IS NOT NULL AS pending,
           CAST(pending_change ->> 'check_in' AS date) AS check_in,
           CAST(pending_change ->> 'check_out' AS date) AS check_out,
           CAST(pending_change ->> 'nights_held' AS integer) AS nights
    FROM booking WHERE pending_change IS NOT NULL
"""
_WITHOUT_A_ROOM = """
    SELECT booking.id, stay -> 'stay' -> 'nights' ->> 0 AS first,
           jsonb_array_length(stay -> 'stay' -> 'blocked_by') + CAST(stay ->> 'left_off' AS integer) AS others
    FROM room_plan_check AS last, jsonb_array_elements(last.impossible) AS stay
    JOIN booking ON booking.id = stay -> 'stay' ->> 'booking_id'
    WHERE booking.hotel = last.hotel AND booking.status IN ('PENDING_APPROVAL', 'CONFIRMED')
    AND booking.assigned_room_number IS NULL
"""
_NOT_CHECKED = """
    SELECT hotel, last.due_at FROM room_plan_check AS last, clock
    WHERE last.due_at <= clock_timestamp() + make_interval(secs => ahead_seconds - :grace)
"""
_STEPS = {(before, event.__name__, after) for before, event, after in LIFECYCLE}


def statuses_follow_the_lifecycle(connection: sa.Connection, ask: Examine) -> Iterator[Violation]:
    """Invariant I3 (status trail): each status was reached by allowed steps, and equals that of the last audit row.

    Of each hotel with a change, as many bookings are counted in each status as are stored.
    """
    yield from broken_steps(connection, newest=ask.newest, is_allowed=lambda *step: step in _STEPS)
    yield from stale_statuses(connection, _STATES, newest=ask.newest)
    for row in select(connection, _MISCOUNTED, newest=ask.newest):
        what = f"{row.counted} {row.status} bookings are counted, {row.stored} are stored"
        yield Violation(invariant="I3", subject=row.hotel, what=what)


def changes_have_an_audit_row_and_an_event(connection: sa.Connection, ask: Examine) -> Iterator[Violation]:
    """Invariant I4 (audit trail): each change of a booking has one audit row and one event."""
    for row in select(connection, _WITHOUT_AUDIT, newest=ask.newest):
        yield Violation(
            invariant="I4", subject=row.subject, what=f"{row.type}, number {row.sequence}, has no audit row"
        )
    for row in select(connection, _WITHOUT_EVENT, newest=ask.newest):
        yield Violation(invariant="I4", subject=row.subject, what=f"{row.what}, number {row.sequence}, has no event")


def nothing_is_overdue(connection: sa.Connection, _: Examine) -> Iterator[Violation]:
    """Invariant I12 (deadlines): no deadline, action or hold check is late by more than two runs of its timer."""
    for row in select(connection, _OVERDUE, grace=TWO_TICKS):
        yield Violation(invariant="I12", subject=row.id, what=f"{row.status}, due at {row.due_at}")
    for row in select(connection, _CHANGES_OVERDUE, grace=TWO_TICKS):
        yield Violation(invariant="I12", subject=row.id, what=f"its change was due at {row.change_due_at}")
    for row in select(connection, _STALE, grace=TWO_TICKS):
        what = f"{row.kind} is pending since before {row.action_due_at}"
        yield Violation(invariant="I12", subject=row.id, what=what)
    for row in select(connection, _UNCHECKED, grace=TWO_TICKS):
        yield Violation(invariant="I12", subject=row.booking_id, what="its hold was not checked")


def money_has_one_equation(connection: sa.Connection, ask: Examine) -> Iterator[Violation]:
    """Invariant I10 (money): what the hotel has and is owed of a stay equals what the stay costs."""
    for row in select(connection, _UNBALANCED, newest=ask.newest):
        what = f"has {Money(row.has, row.currency)} with what is owed, and costs {Money(row.costs, row.currency)}"
        yield Violation(invariant="I10", subject=row.id, what=what)


def keys_have_one_effect(connection: sa.Connection, _: Examine) -> Iterator[Violation]:
    """Invariant I15 (keys): each booking in a stored reply exists, and only one Idempotency-Key created the booking."""
    for row in select(connection, _REPLIES_WITHOUT_BOOKING):
        yield Violation(invariant="I15", subject=row.booking_id, what="is in a stored reply and does not exist")
    for row in select(connection, _BOOKED_TWICE):
        yield Violation(invariant="I15", subject=row.booking_id, what=f"was created under {row.times} keys")


def sold_stays_have_a_room_in_a_plan(connection: sa.Connection, _: Examine) -> Iterator[Violation]:
    """Invariant I18 (room plan): the last check of each hotel had a room for every sold stay, and no check is late."""
    for row in select(connection, _WITHOUT_A_ROOM):
        what = f"has no room of its type in any plan from {row.first} on: clashes with {row.others} stays and blocks"
        yield Violation(invariant="I18", subject=row.id, what=what)
    for row in select(connection, _NOT_CHECKED, grace=CHECKS_MAY_WAIT):
        yield Violation(invariant="I18", subject=row.hotel, what=f"was to be checked at {row.due_at}")


EXAMINATION = Examination(
    invariants={
        "I3": statuses_follow_the_lifecycle,
        "I4": changes_have_an_audit_row_and_an_event,
        "I10": money_has_one_equation,
        "I12": nothing_is_overdue,
        "I15": keys_have_one_effect,
        "I18": sold_stays_have_a_room_in_a_plan,
    },
    evidence={
        "bookings": f"""
            {_BOOKING} (hotel, id) IN (SELECT hotel, booking_id FROM booking_directory WHERE booking_id = ANY(:keys))
        """,  # noqa: S608
        "bookings_with_a_hold": f"""
            {_BOOKING} status IN ('PENDING_PAYMENT', 'PENDING_APPROVAL', 'CONFIRMED', 'IN_HOUSE')
        """,
        "bookings_in_house": f"{_BOOKING} status = 'IN_HOUSE'",
        "bookings_with_a_fee": f"""
            {_BOOKING} status IN ('DECLINED', 'EXPIRED', 'CANCELLED', 'NO_SHOW')
            AND coalesce(cancellation_fee, 0) + coalesce(change_fees, 0) > coalesce(balance_due, 0)
        """,
        "changes_that_wait": _CHANGE,
        # A change that is being held has the id of its action.
        "pending_actions": """
            SELECT id AS key FROM booking WHERE pending IS NOT NULL
            UNION ALL SELECT pending ->> 'id' FROM booking WHERE pending IS NOT NULL
        """,
        "ghosts": """
            SELECT concat_ws('/', kind, booking_id, room_number) AS key, kind, hotel, room_number, booking_id,
                   first_seen_at, mended_at, problem
            FROM ghost
        """,
        "holds_to_check": "SELECT booking_id AS key FROM hold WHERE check_at IS NOT NULL",
    },
    explain_booking=explain_booking,
)
