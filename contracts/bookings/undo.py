"""Undo: a check-in, a check-out or a no-show is taken back within twelve hours."""

from datetime import date, datetime

from contracts.bookings.asks import BookingAsk, BookingCommand
from contracts.bookings.events import BookingEvent
from contracts.bookings.status import BookingStatus
from contracts.data import Data
from contracts.message import Query
from contracts.rooms.events import RoomStatus
from contracts.rooms.undo import UndoRefusal, UndoStep
from contracts.values import Actor, Money


class UndoCheckIn(BookingCommand):
    """Undo the check-in of a guest in house; the room stays assigned, and its status becomes `room_status`.

    `room_status` is `READY_FOR_GUEST` or `CHECKOUT_DIRTY`, else refused `VALIDATION_ERROR`. Refused `CANNOT_UNDO` with
    the `reason` `NEVER_HAPPENED`, `TOO_LATE`, `STAY_OVER` or `NIGHTS_SLEPT`. A repetition changes nothing.
    """

    room_status: RoomStatus
    reason: str = ""


class UndoCheckOut(BookingCommand):
    """Undo the check-out of a guest: the guest is in house again, with a new PIN.

    Refused `CANNOT_UNDO` with the `reason` `NEVER_HAPPENED`, `TOO_LATE`, `ROOM_TAKEN`, `ROOM_NOT_READY` or
    `NIGHTS_SOLD`. A repetition changes nothing.
    """

    reason: str = ""


class UndoNoShow(BookingCommand):
    """Undo a no-show: the guest is expected again on the nights from today (hotel-local) on, as a late arrival.

    Nothing is refunded: what the hotel has kept counts towards the stay, and the rest is owed. Refused `CANNOT_UNDO`
    with the `reason` `NEVER_HAPPENED`, `TOO_LATE`, `REFUND_PENDING`, `NO_NIGHT_LEFT` or `NIGHTS_SOLD`, and
    `ACTION_IN_PROGRESS` while the nights of the no-show are not yet released. A repetition changes nothing.
    """

    reason: str = ""


class UndoPreview(Data):
    """What undoing a step would do now: `refusals` say why it cannot be undone, the other fields what would be.

    `status` is the booking's status after the undo, `room_status` the room's. `undo_until` is the last moment (UTC) at
    which the step can be undone, None where the step never happened.
    """

    booking_id: str
    step: UndoStep
    allowed: bool
    refusals: tuple[UndoRefusal, ...]
    undo_until: datetime | None
    status: BookingStatus
    room_number: str | None
    room_status: RoomStatus | None
    orders_cancelled: int
    first_night: date | None
    balance_due: Money
    version: int


class PreviewUndo(BookingAsk, Query[UndoPreview]):
    """Return what undoing the step would do now; nothing is changed or held.

    `room_status` is the room's wanted status after an undone check-in.
    """

    step: UndoStep
    room_status: RoomStatus | None = None


class CheckInUndone(BookingEvent):
    """The check-in was undone: the guest is expected again, and the room stays assigned.

    `room_status` is the status of the room after that. `late_arrival_expected` is that of the booking after the event.
    """

    room_number: str
    room_status: RoomStatus
    late_arrival_expected: bool
    undone_at: datetime
    undone_by: Actor


class CheckOutUndone(BookingEvent):
    """The check-out was undone: the guest is in house again, in the same room until the same day."""

    room_number: str
    check_out: date
    undone_at: datetime
    undone_by: Actor


class NoShowUndone(BookingEvent):
    """The no-show was undone: the guest is expected again, and holds the nights from `first_night` on.

    `fee` is no longer charged: what the hotel has kept of the payments counts towards the stay, and `balance_due` is
    the rest of the price, instead of `previous_balance_due`.
    """

    first_night: date
    fee: Money
    previous_balance_due: Money
    balance_due: Money
    undone_at: datetime
    undone_by: Actor
