"""I1, I2, I12, I13: who has which room, what is sold, that nothing waits past its time, and who lives where."""

from collections.abc import Collection, Iterator
from datetime import timedelta
from typing import Any

from hotelmate.invariants.books import Books, Finding

# Timers look every second; a deadline may be two ticks old, and a few seconds more where the machine is busy.
TWO_TICKS = timedelta(seconds=5)

_SHARED = """
    SELECT r.hotel, r.room_number, a.booking_id AS one, b.booking_id AS other, a.nights * b.nights AS nights
    FROM period a JOIN period b ON a.room_id = b.room_id AND a.id < b.id AND a.nights && b.nights
    JOIN room r ON r.id = a.room_id
    WHERE a.live AND b.live
"""
_SOLD = """
    WITH held AS (
        SELECT room_type_id, first_night + day AS night, count(*) AS held
        FROM hold_part, generate_series(0, until - first_night - 1) AS day GROUP BY 1, 2
    )
    SELECT t.hotel, t.code, night, coalesce(n.sold, 0) AS sold, coalesce(n.capacity + n.overbooking, 0) AS most,
           coalesce(held.held, 0) AS held
    FROM night n FULL JOIN held USING (room_type_id, night) JOIN room_type t ON t.id = room_type_id
    WHERE coalesce(n.sold, 0) <> coalesce(held.held, 0) OR n.sold > n.capacity + n.overbooking
"""
_HOLDS = """
    SELECT h.booking_id, h.check_in, h.check_out, coalesce(sum(p.until - p.first_night), 0) AS nights
    FROM hold h LEFT JOIN hold_part p USING (booking_id)
    WHERE h.ended_at IS NULL GROUP BY h.booking_id
"""
_HOLDERS = """
    SELECT id, status, check_in, check_out FROM booking
    WHERE pending IS NULL AND (id = ANY(:ids) OR status = ANY(:holding))
"""
_LOOKED_AFTER = "SELECT booking_id FROM hold WHERE check_at IS NOT NULL"
_OVERDUE = """
    SELECT id, status, due_at FROM booking, clock
    WHERE pending IS NULL AND due_at <= clock_timestamp() + make_interval(secs => ahead_seconds - :grace)
"""
_STALE = """
    SELECT id, pending ->> 'kind' AS kind, action_due_at FROM booking
    WHERE action_due_at <= clock_timestamp() - make_interval(secs => :grace)
"""
_UNSWEPT = "SELECT booking_id FROM hold WHERE check_at <= clock_timestamp() - make_interval(secs => :grace)"
_OCCUPIED = "SELECT hotel, room_number, occupied_by FROM room WHERE status = 'OCCUPIED' OR occupied_by IS NOT NULL"
_IN_HOUSE = """
    SELECT id, hotel, assigned_room_number, status, pending IS NOT NULL AS busy FROM booking
    WHERE status = 'IN_HOUSE' OR id = ANY(:ids)
"""
_MOVED = """
    SELECT DISTINCT data ->> 'booking_id' AS booking_id FROM outbox
    WHERE data ->> 'booking_id' = ANY(:ids) AND recorded_at > clock_timestamp() - make_interval(secs => :seconds)
"""

HOLDING = frozenset({"PENDING_PAYMENT", "PENDING_APPROVAL", "CONFIRMED", "IN_HOUSE"})


def no_room_is_had_twice(books: Books) -> Iterator[Finding]:
    """I1: no two live stays or blocks share a room on a night."""
    for row in books.rows("rooms", _SHARED):
        what = f"{row.one or 'a block'} and {row.other or 'a block'} both have it, {row.nights}"
        yield Finding(invariant="I1", subject=f"{row.hotel}/{row.room_number}", what=what)


def what_is_sold_is_held(books: Books) -> Iterator[Finding]:
    """I2: no more is sold than there is, the counters are what is held, and each hold is its booking's."""
    for row in books.rows("rooms", _SOLD):
        what = f"sold {row.sold} of {row.most}, held {row.held}"
        yield Finding(invariant="I2", subject=f"{row.hotel}/{row.code}/{row.night}", what=what)
    holds = {row.booking_id: row for row in books.rows("rooms", _HOLDS)}
    bookings = {row.id: row for row in books.rows("bookings", _HOLDERS, ids=list(holds), holding=list(HOLDING))}
    swept_soon = {row.booking_id for row in books.rows("bookings", _LOOKED_AFTER)} - set(bookings)
    for booking_id in sorted(_quiet(books, {*holds, *bookings}) - swept_soon):
        wrong = _unlike(holds.get(booking_id), bookings.get(booking_id))
        if wrong:
            yield Finding(invariant="I2", subject=booking_id, what=wrong)


def _unlike(hold: Any, booking: Any) -> str:
    if booking is None:
        return "holds nights, and no booking has that name"
    if booking.status not in HOLDING:
        return f"holds nights, {booking.status}"
    if hold is None:
        return f"holds nothing, {booking.status}"
    stay = (booking.check_in, booking.check_out)
    if (hold.check_in, hold.check_out) != stay or hold.nights != (stay[1] - stay[0]).days:
        return f"holds {hold.nights} nights of {hold.check_in} to {hold.check_out}, stays {stay[0]} to {stay[1]}"
    return ""


def nothing_waits_past_its_time(books: Books) -> Iterator[Finding]:
    """I12: no deadline, action or sweep is more than two ticks late."""
    grace = TWO_TICKS.total_seconds()
    for row in books.rows("bookings", _OVERDUE, grace=grace):
        yield Finding(invariant="I12", subject=row.id, what=f"{row.status}, due at {row.due_at}")
    for row in books.rows("bookings", _STALE, grace=grace):
        yield Finding(invariant="I12", subject=row.id, what=f"{row.kind} under way since before {row.action_due_at}")
    for row in books.rows("bookings", _UNSWEPT, grace=grace):
        yield Finding(invariant="I12", subject=row.booking_id, what="its hold was not looked at")


def everyone_in_house_has_one_room(books: Books) -> Iterator[Finding]:
    """I13: a booking is in house if and only if it occupies one room, the one that it was given."""
    homes: dict[str, list[tuple[str, str]]] = {}
    for row in books.rows("rooms", _OCCUPIED):
        homes.setdefault(row.occupied_by or "", []).append((row.hotel, row.room_number))
    bookings = {row.id: row for row in books.rows("bookings", _IN_HOUSE, ids=list(homes)) if not row.busy}
    for booking_id in sorted(_quiet(books, {*homes, *bookings})):
        booking, rooms = bookings.get(booking_id), homes.get(booking_id, [])
        in_house = booking is not None and booking.status == "IN_HOUSE"
        wanted = [(booking.hotel, booking.assigned_room_number)] if booking and in_house else []
        if rooms != wanted:
            lives = ", ".join(number for _, number in rooms) or "no room"
            status = booking.status if booking else "no booking has that name"
            yield Finding(invariant="I13", subject=booking_id, what=f"occupies {lives}, {status}")


def _quiet(books: Books, booking_ids: Collection[str]) -> set[str]:
    """Those at rest, in rooms' eyes too, with which nothing is under way."""
    told = {"ids": list(booking_ids), "seconds": books.unrest.total_seconds()}
    busy = {row.id for row in books.rows("bookings", "SELECT id FROM booking WHERE pending IS NOT NULL")}
    return books.at_rest(booking_ids) - {row.booking_id for row in books.rows("rooms", _MOVED, **told)} - busy
