"""Reads the bookings of a hotel for a room plan, and those that wait for their rooms under a plan."""

from datetime import date

import sqlalchemy as sa

from chassis.database.arrays import one_of_constants
from chassis.transactions.store import SqlStore
from contracts.bookings.status import BookingStatus
from services.bookings.domain.booking import Booking
from services.bookings.domain.room_plan import ConfirmedStay
from services.bookings.store.booking_rows import JOINED, booking_of
from services.bookings.store.tables import BOOKING

_STAYS = sa.select(
    BOOKING.c.id,
    BOOKING.c.check_in,
    BOOKING.c.check_out,
    BOOKING.c.adults + BOOKING.c.children,
    BOOKING.c.assigned_room_number,
    BOOKING.c.pending.is_not(None)
    | BOOKING.c.room_locked
    | (BOOKING.c.pending_change.is_not(None) & BOOKING.c.assigned_room_number.is_not(None)),
).where(BOOKING.c.hotel == sa.bindparam("of_hotel"), BOOKING.c.check_out > sa.bindparam("after", type_=sa.Date))
_CONFIRMED = _STAYS.where(BOOKING.c.status == BookingStatus.CONFIRMED)
_SOLD = _STAYS.where(one_of_constants(BOOKING.c.status, (BookingStatus.PENDING_APPROVAL, BookingStatus.CONFIRMED)))
# Few bookings have a pending action at any time, and the index of those actions finds them.
_WAITING = JOINED.where(
    BOOKING.c.action_due_at.is_not(None),
    BOOKING.c.hotel == sa.bindparam("of_hotel"),
    sa.func.jsonb_extract_path_text(BOOKING.c.pending, "id") == sa.bindparam("plan_id"),
).order_by(BOOKING.c.id)


class SqlPlannedStays(SqlStore):
    """Reads the table `booking`."""

    def confirmed(self, hotel: str, *, after: date) -> list[ConfirmedStay]:
        """The confirmed bookings of the hotel whose guests leave later than on the date `after`."""
        rows = self._connection.execute(_CONFIRMED, {"of_hotel": hotel, "after": after})
        return [ConfirmedStay(*row) for row in rows]

    def sold(self, hotel: str, *, after: date) -> list[ConfirmedStay]:
        """The same with the bookings that wait for their approval, which have no room yet."""
        rows = self._connection.execute(_SOLD, {"of_hotel": hotel, "after": after})
        return [ConfirmedStay(*row) for row in rows]

    def waiting(self, hotel: str, plan_id: str) -> list[Booking]:
        """The bookings whose pending action has this id, read without a lock, ascending by id."""
        rows = self._connection.execute(_WAITING, {"of_hotel": hotel, "plan_id": plan_id}).mappings()
        return [booking_of(row) for row in rows]
