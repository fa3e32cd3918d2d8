"""The statements that read, lock and update bookings, each built once: to build one costs as much as to execute it."""

from datetime import datetime
from functools import cache

import sqlalchemy as sa

from chassis.database.arrays import one_of, one_row_of
from contracts.bookings.status import BookingStatus
from services.bookings.store.booking_rows import IN_ANY_HOTEL, JOINED, REVISION
from services.bookings.store.tables import BOOKING, DIRECTORY, GUEST

_IS = (BOOKING.c.hotel == sa.bindparam("of_hotel")) & (BOOKING.c.id == sa.bindparam("of_id"))
_TOKEN: sa.BindParameter[str] = sa.bindparam("token_hash")
_NOW: sa.BindParameter[datetime] = sa.bindparam("now")
_ACTION_DUE_AT = sa.func.now() + sa.bindparam("due_after", type_=sa.Interval)


def _first_due(condition: sa.ColumnElement[bool], due_at: sa.Column[object]) -> sa.Select[tuple[object, ...]]:
    return JOINED.where(condition).order_by(due_at).limit(1).with_for_update(skip_locked=True)


# The parameters `of_hotel` and `of_id` are a booking's key.
FIND = JOINED.where(_IS)
LOCK = FIND.with_for_update()
FIND_IN_ANY_HOTEL = IN_ANY_HOTEL.where(DIRECTORY.c.booking_id == sa.bindparam("of_id"))
FIND_ALL = JOINED.where(one_row_of({"of_hotels": BOOKING.c.hotel, "of_ids": BOOKING.c.id}))
FIND_BY_TOKEN = IN_ANY_HOTEL.where((DIRECTORY.c.token_hash == _TOKEN) | (DIRECTORY.c.former_token_hash == _TOKEN))
LOCK_DUE = _first_due(
    (BOOKING.c.due_at <= _NOW) & (BOOKING.c.status != BookingStatus.IN_HOUSE) & BOOKING.c.pending.is_(None),
    BOOKING.c.due_at,
)
LOCK_CHANGE_DUE = _first_due((BOOKING.c.change_due_at <= _NOW) & BOOKING.c.pending.is_(None), BOOKING.c.change_due_at)
LOCK_OVERSTAYING = _first_due(
    (BOOKING.c.due_at < _NOW) & (BOOKING.c.status == BookingStatus.IN_HOUSE) & BOOKING.c.pending.is_(None),
    BOOKING.c.due_at,
)
LOCK_STALE = _first_due(BOOKING.c.action_due_at <= sa.func.now(), BOOKING.c.action_due_at)
UPDATE_GUEST = GUEST.update().where(
    GUEST.c.hotel == sa.bindparam("of_hotel"), GUEST.c.booking_id == sa.bindparam("of_id")
)
GUEST_NAMES = sa.select(GUEST.c.booking_id, GUEST.c.first_name, GUEST.c.last_name).where(
    GUEST.c.hotel == sa.bindparam("of_hotel"), one_of(GUEST.c.booking_id, "of_ids")
)
IN_HOUSE_IN = (
    sa.select(BOOKING.c.assigned_room_number, BOOKING.c.id)
    .where(
        BOOKING.c.hotel == sa.bindparam("of_hotel"),
        one_of(BOOKING.c.assigned_room_number, "of_rooms"),
        BOOKING.c.status == BookingStatus.IN_HOUSE,
    )
    .order_by(BOOKING.c.id)
)
# `due_after` is the interval until the pending action is due.
POSTPONE = BOOKING.update().where(_IS).values(action_due_at=_ACTION_DUE_AT)


@cache
def update(*, at_revision: bool, with_action: bool) -> sa.Update:
    """The update of the version `of_version`, and `of_revision` too; further parameters are the columns to set.

    With `with_action`, the action is due after the interval `due_after`, or never where that is NULL.
    """
    same = _IS & (BOOKING.c.version == sa.bindparam("of_version"))
    if at_revision:
        same &= REVISION.element == sa.bindparam("of_revision")
    statement = BOOKING.update().where(same).returning(REVISION, BOOKING.c.counted_by)
    return statement.values(action_due_at=_ACTION_DUE_AT) if with_action else statement
